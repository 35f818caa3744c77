import type { AccountKind } from '@shared/model/account.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { toJson } from './json.ts';
import { addModels, insertModels, removeModel, setDefaultModel, updateModel } from './model-configs.ts';
import { electDefault, makeDefaultIfDemo } from './model-default.ts';
import { syncEnvAccounts } from './provider-sync.ts';
import { operation } from './store.ts';

/** An account. Its key is never in the database. */
export interface ProviderRow {
  readonly id: ProviderId;
  readonly kind: AccountKind;
  readonly preset: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: string;
  /** What only some kinds know: `api_version`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly source: 'user' | 'env' | 'local';
  readonly enabled: boolean;
}

export interface ModelConfigRow {
  readonly id: ModelConfigId;
  readonly providerId: ProviderId;
  readonly model: string;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly deleted: boolean;
  readonly contextLimit: number | null;
  readonly compressionThreshold: number;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface NewModel {
  readonly model: string;
  readonly displayName: string;
  readonly contextLimit: number | null;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface NewAccount {
  readonly kind: AccountKind;
  readonly preset?: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly proxy?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly source?: ProviderRow['source'];
  readonly models: readonly NewModel[];
}

const loadProviders = operation('read', async (tx, _: null): Promise<ProviderRow[]> => {
  const { rows } = await tx.query<ProviderRow>(
    `select id, kind, preset, name, base_url as "baseUrl", headers, proxy, options, source, enabled
     from chat_providers where not removed
     order by (kind = 'demo'), case source when 'env' then 0 when 'user' then 1 else 2 end, created_at, name`,
  );
  return [...rows];
});

/** Deleted ones too: a chat may still name one, and must be told so. */
const loadModelConfigs = operation('read', async (tx, _: null): Promise<ModelConfigRow[]> => {
  const { rows } = await tx.query<ModelConfigRow>(
    `select id, provider_id as "providerId", model, display_name as "displayName", enabled,
            is_default as "isDefault", deleted, context_limit::float8 as "contextLimit",
            compression_threshold as "compressionThreshold", options
     from chat_model_configs order by created_at, model`,
  );
  return [...rows];
});

type Added = Result<ProviderId, 'name-taken'>;

/** A new account of the person. It becomes the default when nothing but the demo model was there. */
const addAccount = operation('durable', async (tx, account: NewAccount): Promise<Added> => {
  const { kind, preset = '', name, baseUrl, headers = {}, proxy = '', options = {}, models } = account;
  const { rows } = await tx.query<{ id: ProviderId }>(
    `insert into chat_providers (kind, preset, name, base_url, headers, proxy, options, source)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name) do nothing returning id`,
    [kind, preset, name, baseUrl, toJson(headers), proxy, toJson(options), account.source ?? 'user'],
  );
  const id = rows[0]?.id;
  if (id === undefined) return err('name-taken');
  await insertModels(tx, id, models);
  await makeDefaultIfDemo(tx, id);
  return ok(id);
});

interface ChangeAccount {
  readonly providerId: ProviderId;
  readonly name: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const updateAccount = operation(
  'durable',
  async (tx, account: ChangeAccount): Promise<Result<null, 'not-found' | 'name-taken'>> => {
    const { providerId, name, baseUrl, headers, proxy, options } = account;
    // Two that take the name at once: the table's own rule would be an error, and no answer.
    await tx.query('lock table chat_providers in share row exclusive mode');
    const taken = await tx.query('select 1 from chat_providers where name = $1 and id <> $2', [
      name,
      providerId,
    ]);
    if (taken.rowCount > 0) return err('name-taken');
    const { rowCount } = await tx.query(
      `update chat_providers set name = $2, base_url = $3, headers = $4, proxy = $5, options = options || $6,
         updated_at = now() where id = $1 and not removed`,
      [providerId, name, baseUrl, toJson(headers), proxy, toJson(options)],
    );
    return rowCount === 0 ? err('not-found') : ok(null);
  },
);

type SetEnabled = { readonly providerId: ProviderId; readonly enabled: boolean };

const setAccountEnabled = operation('durable', async (tx, args: SetEnabled): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'update chat_providers set enabled = $2, updated_at = now() where id = $1 and not removed',
    [args.providerId, args.enabled],
  );
  if (rowCount === 0) return false;
  await electDefault(tx);
  return true;
});

type Removed = Result<null, 'not-found' | 'read-only'>;

/**
 * Soft: chats refer to the models. The name becomes free. What the environment gives without being asked would be back
 * with the next start.
 */
const removeAccount = operation('durable', async (tx, providerId: ProviderId): Promise<Removed> => {
  const { rows } = await tx.query<{ source: string; preset: string }>(
    'select source, preset from chat_providers where id = $1 and not removed for update',
    [providerId],
  );
  if (!rows[0]) return err('not-found');
  if (rows[0].source !== 'user' && rows[0].preset === '') return err('read-only');
  await tx.query(
    `update chat_model_configs set deleted = true, deleted_at = now(), is_default = false, updated_at = now()
     where provider_id = $1 and not deleted`,
    [providerId],
  );
  await tx.query(
    `update chat_providers set enabled = false, removed = true, name = name || ' (removed ' || id || ')',
       updated_at = now() where id = $1`,
    [providerId],
  );
  await electDefault(tx);
  return ok(null);
});

export const providerOperations = {
  loadProviders,
  loadModelConfigs,
  syncEnvAccounts,
  addAccount,
  updateAccount,
  setAccountEnabled,
  removeAccount,
  addModels,
  updateModel,
  removeModel,
  setDefaultModel,
} as const;

export type ProviderOperations = typeof providerOperations;
