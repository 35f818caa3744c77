import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { Place } from '@shared/search/hit.ts';
import type { Term } from '@shared/search/query.ts';
import { operation, type Tx } from '../store.ts';
import { blockOf, queryOf } from './lexemes.ts';

/** Up to here the chats themselves are looked up in the index; more are told apart afterwards. */
const MOST_CHATS_IN_INDEX = 50;

export interface FindStep {
  readonly ownerId: OwnerId;
  readonly terms: readonly Term[];
  /** Null: all of the owner. */
  readonly chatIds: readonly ChatId[] | null;
  /** ISO times; null: no bound. */
  readonly before: string | null;
  readonly since: string | null;
  /** Where the last page ended. */
  readonly after: Place | null;
  /** Only blocks below it; null: from the newest. */
  readonly below: number | null;
  /** How many blocks to read. */
  readonly blocks: number;
  readonly limit: number;
}

export interface FoundStep {
  readonly places: readonly Place[];
  /** Where the next step begins; null: everything was read. */
  readonly below: number | null;
}

/**
 * Reads some blocks of messages, the newest first: a word of which there are ten thousand is found in the newest ones,
 * and one of which there are three costs a number of steps that grows with the logarithm of the blocks.
 */
export const findDocs = operation('read', async (tx: Tx, step: FindStep): Promise<FoundStep> => {
  const blocks = await loadBlocks(tx, step);
  const last = blocks.at(-1);
  if (last === undefined) return { places: [], below: null };
  const isFew = step.chatIds !== null && step.chatIds.length <= MOST_CHATS_IN_INDEX;
  const query = queryOf(step.terms, { blocks, chatIds: isFew ? (step.chatIds ?? []) : [] });
  // The words' index can be read by a bitmap only, which the engine is told not to prefer (db/engine.ts).
  await tx.query(
    `select set_config('enable_bitmapscan', 'on', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_indexscan', 'off', true)`,
  );
  const { rows } = await tx.query<{ message_id: Place['messageId']; part: number }>(
    `with hits as materialized (
       select message_id, part, chat_id from search_docs where tsv @@ $1::text::tsquery
         and ($2::bigint is null or (message_id, part) < ($2, $3::int))
         and ($4::timestamptz is null or at < $4) and ($5::timestamptz is null or at >= $5))
     select message_id, part from hits h
     where exists (select from chats c where c.id = h.chat_id and c.owner_id = $6)
       and ($7::uuid[] is null or h.chat_id = any($7))
     order by message_id desc, part desc limit $8`,
    [
      query,
      step.after?.messageId ?? null,
      step.after?.part ?? null,
      step.before,
      step.since,
      step.ownerId,
      isFew ? null : step.chatIds && [...step.chatIds],
      step.limit,
    ],
  );
  const places = rows.map(({ message_id: messageId, part }) => ({ messageId, part }));
  return { places, below: blocks.length < step.blocks ? null : last };
});

async function loadBlocks(tx: Tx, step: FindStep): Promise<readonly number[]> {
  const { rows } = await tx.query<{ block: number }>(
    `select block from search_blocks where block < coalesce($1::bigint, 9223372036854775807)
       and block <= coalesce($2::bigint, 9223372036854775807)
       and ($3::timestamptz is null or from_at < $3) and ($4::timestamptz is null or to_at >= $4)
     order by block desc limit $5`,
    [step.below, step.after && blockOf(step.after.messageId), step.before, step.since, step.blocks],
  );
  return rows.map((row) => row.block);
}
