import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { ChatHit } from '@shared/search/hit.ts';
import { holds } from '@shared/search/marks.ts';
import type { Term } from '@shared/search/query.ts';
import { snippetOf } from '@shared/search/snippet.ts';
import { operation, type Tx } from '../store.ts';

/** Titles that are read at once. */
const STEP_ROWS = 500;

/** Behind the last title that was read, in the order in which chats changed. */
interface Behind {
  readonly changed: string;
  readonly chatId: ChatId;
}

export interface TitleStep {
  readonly ownerId: OwnerId;
  readonly terms: readonly Term[];
  /** Null: all of the owner. */
  readonly chatIds: readonly ChatId[] | null;
  /** ISO times; null: no bound. A chat is of all the time from its beginning to its last change. */
  readonly before: string | null;
  readonly since: string | null;
  /** Null: from the chat that changed last. */
  readonly below: Behind | null;
}

export interface FoundTitles {
  readonly chats: readonly ChatHit[];
  /** Null: all were read. */
  readonly below: Behind | null;
}

interface Row {
  readonly id: ChatId;
  readonly title: string;
  readonly archived: boolean;
  readonly workspace: string | null;
  readonly updated_at: string;
  /** To the microsecond. */
  readonly changed: string;
}

/**
 * Reads the titles of some chats, those that changed last first. There are so few that they need no index: the database
 * leaves out those in plain letters that hold other words, and what is left is read as messages are.
 */
export const findTitles = operation('read', async (tx: Tx, step: TitleStep): Promise<FoundTitles> => {
  const { rows } = await tx.query<Row>(
    `select c.id, c.title, c.archived, w.name as workspace, c.updated_at, c.updated_at::text as changed
     from chats c left join workspaces w on w.id = c.workspace_id
     where c.owner_id = $1 and ($2::uuid[] is null or c.id = any($2))
       and ($3::timestamptz is null or c.created_at < $3) and ($4::timestamptz is null or c.updated_at >= $4)
       and (octet_length(c.title) > char_length(c.title)
         or lower(c.title) like all($5::text[]))
       and ($6::timestamptz is null or (c.updated_at, c.id) < ($6, $7::uuid))
     order by c.updated_at desc, c.id desc limit ${STEP_ROWS}`,
    [
      step.ownerId,
      step.chatIds && [...step.chatIds],
      step.before,
      step.since,
      // A word has no signs in it that mean something there.
      step.terms.flatMap((term) => (term.not ? [] : term.words.map((word) => `%${word}%`))),
      step.below?.changed ?? null,
      step.below?.chatId ?? null,
    ],
  );
  const last = rows.length < STEP_ROWS ? undefined : rows.at(-1);
  return {
    chats: rows.filter((row) => holds(row.title, step.terms)).map((row) => hitOf(row, step.terms)),
    below: last ? { changed: last.changed, chatId: last.id } : null,
  };
});

function hitOf({ id, title, archived, workspace, updated_at }: Row, terms: readonly Term[]): ChatHit {
  return { chatId: id, title: snippetOf(title, terms), archived, workspace, at: updated_at };
}
