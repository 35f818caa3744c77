import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { Filter } from '@shared/search/query.ts';
import { toText } from '../json.ts';
import { operation, type Tx } from '../store.ts';

const STATUS_WORD = `case c.status
    when 'running' then case when c.retry_state is not null then 'retrying'
      when c.worker_id is null then 'waiting' else 'running' end
    when 'requires_action' then 'asks' when 'interrupting' then 'stopping'
    when 'error' then 'error' else 'finished' end`;

const contains = (text: string, words: string) =>
  `exists (select from unnest(${words}::text[]) v where position(lower(v) in lower(${text})) > 0)`;

/** The chats that the filters leave. Null: they leave all. */
export const findChats = operation(
  'read',
  async (
    tx: Tx,
    { ownerId, filters }: { ownerId: OwnerId; filters: readonly Filter[] },
  ): Promise<readonly ChatId[] | null> => {
    const wanted = (key: Filter['key'], not: boolean) => {
      const values = filters.flatMap((one) =>
        one.key === key && 'not' in one && one.not === not ? [toText(one.value)] : [],
      );
      return values.length > 0 ? values : null;
    };
    const given = [
      wanted('status', false),
      wanted('status', true),
      wanted('workspace', false),
      wanted('workspace', true),
      wanted('model', false),
      wanted('model', true),
    ];
    const archived = wanted('is', false) ? true : wanted('is', true) ? false : null;
    if (archived === null && given.every((values) => values === null)) return null;
    const place = `coalesce(w.name, '') || ' ' || coalesce(h.target, '')`;
    const model = `coalesce(p.name, '') || ' ' || coalesce(m.display_name, '') || ' ' || coalesce(m.model, '')`;
    const { rows } = await tx.query<{ id: ChatId }>(
      `select c.id from chats c left join workspaces w on w.id = c.workspace_id
         left join hosts h on h.id = w.host_id
         left join chat_model_configs m on m.id = c.last_model_config_id
         left join chat_providers p on p.id = m.provider_id
       where c.owner_id = $1 and ($2::bool is null or c.archived = $2)
         and ($3::text[] is null or ${STATUS_WORD} = any($3))
         and ($4::text[] is null or ${STATUS_WORD} <> all($4))
         and ($5::text[] is null or ${contains(place, '$5')})
         and ($6::text[] is null or not ${contains(place, '$6')})
         and ($7::text[] is null or ${contains(model, '$7')})
         and ($8::text[] is null or not ${contains(model, '$8')})`,
      [ownerId, archived, ...given],
    );
    return rows.map((row) => row.id);
  },
);
