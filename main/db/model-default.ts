import type { Tx } from './store.ts';

/** The order of the list: what the environment gives, what the person added, what was found here, the demo. */
const IN_ORDER = `(p.kind = 'demo'), case p.source when 'env' then 0 when 'user' then 1 else 2 end,
  p.created_at, c.created_at`;

/** Where the default can no longer answer, the first model that can takes its place; without one it stays. */
export async function electDefault(tx: Tx): Promise<void> {
  const { rows } = await tx.query<{ id: string; is_default: boolean }>(
    `select c.id, c.is_default from chat_model_configs c join chat_providers p on p.id = c.provider_id
     where not c.deleted and c.enabled and p.enabled order by c.is_default desc, ${IN_ORDER} limit 1`,
  );
  const next = rows[0];
  if (!next || next.is_default) return;
  await tx.query('update chat_model_configs set is_default = false where is_default');
  await tx.query('update chat_model_configs set is_default = true where id = $1', [next.id]);
}

/** The first real account gives the default: until then it is the demo's, unless the person chose that. */
export async function makeDefaultIfDemo(tx: Tx, providerId: string): Promise<void> {
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
