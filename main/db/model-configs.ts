import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { toJson } from './json.ts';
import { electDefault, makeDefaultIfDemo } from './model-default.ts';
import type { NewModel } from './providers.ts';
import { operation, type Tx } from './store.ts';

export async function insertModels(
  tx: Tx,
  providerId: string,
  models: readonly NewModel[],
): Promise<readonly ModelConfigId[]> {
  const ids: ModelConfigId[] = [];
  // In their order, also where the clock is coarser than the engine is quick.
  for (const [at, { model, displayName, contextLimit, options = {} }] of models.entries()) {
    const { rows } = await tx.query<{ id: ModelConfigId }>(
      `insert into chat_model_configs (provider_id, model, display_name, context_limit, options, created_at)
       values ($1, $2, $3, $4, $5, clock_timestamp() + $6::int * interval '1 microsecond') returning id`,
      [providerId, model, displayName, contextLimit, toJson(options), at],
    );
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

type AddModels = { readonly providerId: ProviderId; readonly models: readonly NewModel[] };
type ModelsAdded = Result<readonly ModelConfigId[], 'not-found' | 'taken'>;

/** Those that the account has already are left as they are; `taken`: it has all of them. */
export const addModels = operation('durable', async (tx, args: AddModels): Promise<ModelsAdded> => {
  const account = await tx.query('select 1 from chat_providers where id = $1 and not removed for update', [
    args.providerId,
  ]);
  if (account.rowCount === 0) return err('not-found');
  const { rows } = await tx.query<{ model: string }>(
    'select model from chat_model_configs where provider_id = $1 and not deleted',
    [args.providerId],
  );
  const there = new Set(rows.map(({ model }) => model));
  const ids = await insertModels(
    tx,
    args.providerId,
    args.models.filter(({ model }) => !there.has(model)),
  );
  // An account that asks its server for its models had none when it was made.
  await makeDefaultIfDemo(tx, args.providerId);
  await electDefault(tx);
  return ids.length === 0 ? err('taken') : ok(ids);
});

interface ChangeModel {
  readonly id: ModelConfigId;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly contextLimit: number | null;
  readonly compressionThreshold: number;
  /** The whole of them; that the person chose the model as the default is kept. */
  readonly options: Readonly<Record<string, unknown>>;
}

export const updateModel = operation('durable', async (tx, change: ChangeModel): Promise<boolean> => {
  const { id, displayName, enabled, contextLimit, compressionThreshold, options } = change;
  const { rowCount } = await tx.query(
    `update chat_model_configs set display_name = $2, enabled = $3, context_limit = $4, compression_threshold = $5,
       options = $6::jsonb || case when options ? 'chosen' then '{"chosen": true}'::jsonb else '{}' end,
       updated_at = now()
     where id = $1 and not deleted`,
    [id, displayName, enabled, contextLimit, compressionThreshold, toJson(options)],
  );
  if (rowCount === 0) return false;
  await electDefault(tx);
  return true;
});

/** Soft: chats refer to it. */
export const removeModel = operation('durable', async (tx, id: ModelConfigId): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `update chat_model_configs set deleted = true, deleted_at = now(), is_default = false, updated_at = now()
     where id = $1 and not deleted`,
    [id],
  );
  if (rowCount === 0) return false;
  await electDefault(tx);
  return true;
});

/** `chosen` in the options tells a person's choice from ours, so that a later start keeps it. */
export const setDefaultModel = operation('durable', async (tx, id: ModelConfigId): Promise<boolean> => {
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
