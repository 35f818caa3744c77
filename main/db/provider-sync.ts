import { operation, type Tx } from './store.ts';

/** An account that the environment gives, or the demo account (`local`). */
export interface EnvAccount {
  readonly kind: 'openai' | 'anthropic' | 'demo';
  readonly name: string;
  readonly baseUrl: string;
  readonly source: 'env' | 'local';
  readonly models: readonly string[];
}

export interface EnvAccounts {
  readonly accounts: readonly EnvAccount[];
  /** GAFFER_DEFAULT_MODEL: an account's kind or name, and a model. */
  readonly wanted: { readonly provider: string; readonly model: string } | null;
  /** Presets whose key stands in our environment: the person may have added their accounts. */
  readonly presets?: readonly string[];
  /** Other processes use the database: what is missing in our environment may stand in theirs. */
  readonly shared?: boolean;
}

interface Known {
  readonly id: string;
  readonly enabled: boolean;
  /** Switched off by us because the variable was gone, not by the person: its models are off as well. */
  readonly gone: boolean;
}

async function find(tx: Tx, account: EnvAccount): Promise<Known | null> {
  const { rows } = await tx.query<Known>(
    `select id, enabled,
            not exists (select 1 from chat_model_configs c where c.provider_id = p.id and c.enabled) as gone
     from chat_providers p where source = $1 and kind = $2 and preset = '' and not removed`,
    [account.source, account.kind],
  );
  return rows[0] ?? null;
}

/** A person's account may have the name already. */
async function freeName(tx: Tx, name: string): Promise<string> {
  for (const candidate of [name, `${name} (environment)`]) {
    const { rows } = await tx.query('select 1 from chat_providers where name = $1', [candidate]);
    if (rows.length === 0) return candidate;
  }
  const { rows } = await tx.query<{ id: string }>('select gen_random_uuid() as id');
  return `${name} (environment ${rows[0]?.id ?? ''})`;
}

async function upsertProvider(tx: Tx, account: EnvAccount): Promise<string> {
  const known = await find(tx, account);
  if (!known) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into chat_providers (kind, name, base_url, source, created_at)
       values ($1, $2, $3, $4, clock_timestamp()) returning id`,
      [account.kind, await freeName(tx, account.name), account.baseUrl, account.source],
    );
    return rows[0]?.id ?? '';
  }
  const back = !known.enabled && known.gone;
  await tx.query(
    `update chat_providers set base_url = $2, enabled = enabled or $3, updated_at = now()
     where id = $1 and (base_url <> $2 or ($3 and not enabled))`,
    [known.id, account.baseUrl, back],
  );
  if (back)
    await tx.query('update chat_model_configs set enabled = true where provider_id = $1', [known.id]);
  return known.id;
}

/** Those that are new in the catalogue. What the person changed, switched off or removed stays so. */
async function addNewModels(tx: Tx, providerId: string, models: EnvAccount['models']): Promise<void> {
  for (const [at, model] of models.entries()) {
    // In their order, also where the clock is coarser than the engine is quick.
    await tx.query(
      `insert into chat_model_configs (provider_id, model, created_at)
       select $1, $2, clock_timestamp() + $3::int * interval '1 microsecond'
       where not exists (select 1 from chat_model_configs where provider_id = $1 and model = $2)`,
      [providerId, model, at],
    );
  }
}

/** Off, never deleted: chats refer to them. */
async function disableVanished(
  tx: Tx,
  present: readonly string[],
  presets: readonly string[],
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `update chat_providers set enabled = false, updated_at = now()
     where source = 'env' and enabled and not (id = any($1::uuid[]))
       and not (preset <> '' and preset = any($2::text[])) returning id`,
    [present, presets],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  await tx.query('update chat_model_configs set enabled = false where provider_id = any($1::uuid[])', [
    ids,
  ]);
}

/** Those that the person added from the environment, and that we switched off because the variable was gone. */
async function enableReturned(tx: Tx, presets: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `update chat_providers p set enabled = true, updated_at = now()
     where source = 'env' and preset <> '' and preset = any($1::text[]) and not enabled and not removed
       and not exists (select 1 from chat_model_configs c where c.provider_id = p.id and c.enabled)
     returning id`,
    [presets],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await tx.query('update chat_model_configs set enabled = true where provider_id = any($1::uuid[])', [
      ids,
    ]);
}

/** The configuration that GAFFER_DEFAULT_MODEL means, made when it is not there; null when no account fits. */
async function wantedModel(tx: Tx, wanted: NonNullable<EnvAccounts['wanted']>): Promise<string | null> {
  const provider = await tx.query<{ id: string }>(
    `select id from chat_providers
     where enabled and (lower(kind) = lower($1) or lower(name) = lower($1) or preset = lower($1))
     order by case source when 'env' then 0 when 'user' then 1 else 2 end, created_at limit 1`,
    [wanted.provider],
  );
  const providerId = provider.rows[0]?.id;
  if (providerId === undefined) return null;
  const find =
    'select id from chat_model_configs where provider_id = $1 and model = $2 and not deleted limit 1';
  const known = await tx.query<{ id: string }>(find, [providerId, wanted.model]);
  if (known.rows[0]) return known.rows[0].id;
  await upsertNew(tx, providerId, wanted.model);
  return (await tx.query<{ id: string }>(find, [providerId, wanted.model])).rows[0]?.id ?? null;
}

async function upsertNew(tx: Tx, providerId: string, model: string): Promise<void> {
  await tx.query(
    `insert into chat_model_configs (provider_id, model, created_at) values ($1, $2, clock_timestamp())`,
    [providerId, model],
  );
}

/** A usable default stays, but the demo model only when the person chose it; else env, user, demo in order. */
async function usualDefault(tx: Tx): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select c.id from chat_model_configs c join chat_providers p on p.id = c.provider_id
     where not c.deleted and c.enabled and p.enabled
     order by (c.is_default and (p.kind <> 'demo' or c.options ? 'chosen')) desc,
              (p.kind = 'demo'), case p.source when 'env' then 0 when 'user' then 1 else 2 end,
              p.created_at, c.created_at
     limit 1`,
  );
  return rows[0]?.id ?? null;
}

export interface SyncAnswer {
  readonly defaultId: string | null;
  /** GAFFER_DEFAULT_MODEL names no account that there is. */
  readonly wantedUnknown: boolean;
}

/** Brings the env and demo accounts in line with what this start was given. Repeatable; user rows stay. */
export const syncEnvAccounts = operation('lazy', async (tx, args: EnvAccounts): Promise<SyncAnswer> => {
  const present: string[] = [];
  for (const account of args.accounts) {
    const id = await upsertProvider(tx, account);
    await addNewModels(tx, id, account.models);
    present.push(id);
  }
  const presets = args.presets ?? [];
  if (!args.shared) await disableVanished(tx, present, presets);
  await enableReturned(tx, presets);
  const wanted = args.wanted ? await wantedModel(tx, args.wanted) : null;
  const defaultId = wanted ?? (await usualDefault(tx));
  if (defaultId !== null) {
    await tx.query('update chat_model_configs set is_default = false where is_default and id <> $1', [
      defaultId,
    ]);
    await tx.query('update chat_model_configs set is_default = true where id = $1 and not is_default', [
      defaultId,
    ]);
  }
  return { defaultId, wantedUnknown: args.wanted !== null && wanted === null };
});
