import type { ProviderKind } from '@shared/contract/app.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { syncEnvAccounts } from './provider-sync.ts';
import { operation, type Tx } from './store.ts';

/** An account. Its key is never in the database. */
export interface ProviderRow {
  readonly id: ProviderId;
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
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
}

export interface NewAccount {
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string;
  readonly models: readonly NewModel[];
}

/** Removed accounts are left out: they are off and all of their models are deleted. */
const loadProviders = operation('read', async (tx, _: null): Promise<ProviderRow[]> => {
  const { rows } = await tx.query<ProviderRow>(
    `select id, kind, name, base_url as "baseUrl", headers, source, enabled from chat_providers p
     where enabled
        or not exists (select 1 from chat_model_configs c where c.provider_id = p.id)
        or exists (select 1 from chat_model_configs c where c.provider_id = p.id and not c.deleted)
     order by case source when 'env' then 0 when 'user' then 1 else 2 end, created_at, name`,
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

async function insertModels(tx: Tx, providerId: string, models: readonly NewModel[]): Promise<void> {
  for (const { model, displayName, contextLimit } of models) {
    await tx.query(
      `insert into chat_model_configs (provider_id, model, display_name, context_limit, created_at)
       values ($1, $2, $3, $4, clock_timestamp())`,
      [providerId, model, displayName, contextLimit],
    );
  }
}

type Added = Result<ProviderId, 'name-taken'>;

/** A new account of the person. It becomes the default when nothing but the demo model was there. */
const addAccount = operation('durable', async (tx, account: NewAccount): Promise<Added> => {
  const { kind, name, baseUrl, models } = account;
  const { rows } = await tx.query<{ id: ProviderId }>(
    `insert into chat_providers (kind, name, base_url, source) values ($1, $2, $3, 'user')
     on conflict (name) do nothing returning id`,
    [kind, name, baseUrl],
  );
  const id = rows[0]?.id;
  if (id === undefined) return err('name-taken');
  await insertModels(tx, id, models);
  await makeDefaultIfDemo(tx, id);
  return ok(id);
});

async function makeDefaultIfDemo(tx: Tx, providerId: string): Promise<void> {
  const { rows } = await tx.query<{ kind: string }>(
    `select p.kind from chat_model_configs c join chat_providers p on p.id = c.provider_id
     where c.is_default and not c.deleted and not (p.kind = 'demo' and not (c.options ? 'chosen'))`,
  );
  if (rows.length > 0) return;
  const first = await tx.query<{ id: string }>(
    'select id from chat_model_configs where provider_id = $1 and not deleted order by created_at limit 1',
    [providerId],
  );
  const id = first.rows[0]?.id;
  if (id === undefined) return;
  await tx.query('update chat_model_configs set is_default = false where is_default');
  await tx.query('update chat_model_configs set is_default = true where id = $1', [id]);
}

type SetEnabled = { readonly providerId: ProviderId; readonly enabled: boolean };

/** A removed account is not there any more. */
const setAccountEnabled = operation('durable', async (tx, args: SetEnabled): Promise<boolean> => {
  const { rows } = await tx.query(
    `update chat_providers set enabled = $2, updated_at = now()
     where id = $1
       and (not exists (select 1 from chat_model_configs c where c.provider_id = $1)
            or exists (select 1 from chat_model_configs c where c.provider_id = $1 and not c.deleted))
     returning id`,
    [args.providerId, args.enabled],
  );
  return rows.length > 0;
});

type Removed = Result<null, 'not-found' | 'read-only'>;

/** Soft: chats refer to the models. The name becomes free; an account without models is deleted for good. */
const removeAccount = operation('durable', async (tx, providerId: ProviderId): Promise<Removed> => {
  const { rows } = await tx.query<{ source: string }>(
    'select source from chat_providers where id = $1 for update',
    [providerId],
  );
  if (!rows[0]) return err('not-found');
  if (rows[0].source !== 'user') return err('read-only');
  const models = await tx.query<{ deleted: boolean }>(
    'select deleted from chat_model_configs where provider_id = $1',
    [providerId],
  );
  if (models.rows.length === 0) {
    await tx.query('delete from chat_providers where id = $1', [providerId]);
    return ok(null);
  }
  if (models.rows.every(({ deleted }) => deleted)) return err('not-found');
  await tx.query(
    `update chat_model_configs set deleted = true, deleted_at = now(), is_default = false, updated_at = now()
     where provider_id = $1 and not deleted`,
    [providerId],
  );
  await tx.query(
    `update chat_providers set enabled = false, name = name || ' (removed ' || id || ')', updated_at = now()
     where id = $1`,
    [providerId],
  );
  await keepOneDefault(tx);
  return ok(null);
});

/** After a removal: the first usable model in the order of the list. */
async function keepOneDefault(tx: Tx): Promise<void> {
  await tx.query(
    `update chat_model_configs set is_default = true
     where id = (select c.id from chat_model_configs c join chat_providers p on p.id = c.provider_id
                 where not c.deleted and c.enabled and p.enabled
                 order by case p.source when 'env' then 0 when 'user' then 1 else 2 end, p.created_at, c.created_at
                 limit 1)
       and not exists (select 1 from chat_model_configs where is_default and not deleted)`,
  );
}

/** `chosen` in the options tells a person's choice from ours, so that a later start keeps it. */
const setDefaultModel = operation('durable', async (tx, id: ModelConfigId): Promise<boolean> => {
  const { rows } = await tx.query(
    'select id from chat_model_configs where id = $1 and not deleted for update',
    [id],
  );
  if (rows.length === 0) return false;
  await tx.query(
    `update chat_model_configs set is_default = false, options = options - 'chosen', updated_at = now()
     where (is_default or options ? 'chosen') and id <> $1`,
    [id],
  );
  await tx.query(
    `update chat_model_configs set is_default = true, options = options || '{"chosen": true}', updated_at = now()
     where id = $1`,
    [id],
  );
  return true;
});

export const providerOperations = {
  loadProviders,
  loadModelConfigs,
  syncEnvAccounts,
  addAccount,
  setAccountEnabled,
  removeAccount,
  setDefaultModel,
} as const;

export type ProviderOperations = typeof providerOperations;
