import type { ChatId, MessageId, OwnerId } from '@shared/model/ids.ts';
import type { Role } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import type { Place, SearchHit } from '@shared/search/hit.ts';
import { type FoundKind, partText } from '@shared/search/part-text.ts';
import type { Term } from '@shared/search/query.ts';
import { snippetOf } from '@shared/search/snippet.ts';
import { operation, type Tx } from '../store.ts';

interface Row {
  readonly message_id: MessageId;
  readonly part: number;
  readonly chat_id: ChatId;
  readonly title: string;
  readonly archived: boolean;
  readonly workspace: string | null;
  readonly role: Role;
  readonly created_at: string;
  readonly content: Part | null;
}

/** What models write as Markdown. */
const PROSE: readonly FoundKind[] = ['agent', 'thought', 'note'];

/** What stands at these places, in their order. What has gone since is left out. */
export const loadHits = operation(
  'read',
  async (
    tx: Tx,
    { ownerId, places, terms }: { ownerId: OwnerId; places: readonly Place[]; terms: readonly Term[] },
  ): Promise<readonly SearchHit[]> => {
    const { rows } = await tx.query<Row>(
      `select d.message_id, d.part, c.id as chat_id, c.title, c.archived, w.name as workspace, m.role,
         m.created_at, m.content -> d.part as content
       from unnest($2::bigint[], $3::int[]) as d(message_id, part)
       join chat_messages m on m.id = d.message_id join chats c on c.id = m.chat_id
       left join workspaces w on w.id = c.workspace_id
       where c.owner_id = $1 and not m.deleted and m.visibility <> 'model'
       order by d.message_id desc, d.part desc`,
      [ownerId, places.map((place) => place.messageId), places.map((place) => place.part)],
    );
    return rows.flatMap((row) => {
      const found = row.content && partText(row.role, row.content);
      if (!found) return [];
      return [
        {
          messageId: row.message_id,
          part: row.part,
          chatId: row.chat_id,
          title: row.title,
          archived: row.archived,
          workspace: row.workspace,
          kind: found.kind,
          at: row.created_at,
          snippet: snippetOf(found.text, terms, { isMarkdown: PROSE.includes(found.kind) }),
        },
      ];
    });
  },
);
