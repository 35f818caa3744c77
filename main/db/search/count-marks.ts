import type { OwnerId } from '@shared/model/ids.ts';
import type { Role } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import type { CountedPlace, Place } from '@shared/search/hit.ts';
import { marksOf } from '@shared/search/marks.ts';
import { partText } from '@shared/search/part-text.ts';
import type { Term } from '@shared/search/query.ts';
import { operation, type Tx } from '../store.ts';

interface Row extends Place {
  readonly role: Role;
  readonly content: Part | null;
}

/** How often the terms stand at each of these places, in their order. What has gone since is left out. */
export const countMarks = operation(
  'read',
  async (
    tx: Tx,
    { ownerId, places, terms }: { ownerId: OwnerId; places: readonly Place[]; terms: readonly Term[] },
  ): Promise<readonly CountedPlace[]> => {
    const { rows } = await tx.query<Row>(
      `select d.message_id as "messageId", d.part, m.role, m.content -> d.part as content
       from unnest($2::bigint[], $3::int[]) with ordinality as d(message_id, part, n)
       join chat_messages m on m.id = d.message_id join chats c on c.id = m.chat_id
       where c.owner_id = $1 and not m.deleted and m.visibility <> 'model' order by d.n`,
      [ownerId, places.map((place) => place.messageId), places.map((place) => place.part)],
    );
    return rows.flatMap(({ messageId, part, role, content }) => {
      const found = content && partText(role, content);
      if (!found) return [];
      return [{ messageId, part, marks: Math.max(1, marksOf(found.text, terms).length) }];
    });
  },
);
