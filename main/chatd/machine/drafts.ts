import type { Draft } from '@shared/contract/chats.ts';
import type { FileId, OwnerId } from '@shared/model/ids.ts';
import type { AttachedFile } from '@shared/model/part.ts';
import { toText } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';

type DraftKey = { readonly ownerId: OwnerId; readonly key: string };

/** With those of its files that are still kept. */
export const getDraft = operation('read', async (tx: Tx, { ownerId, key }: DraftKey): Promise<Draft> => {
  const { rows } = await tx.query<{ text: string; files: readonly AttachedFile[] | null }>(
    `select d.text, (select jsonb_agg(jsonb_build_object('type', 'file', 'file_id', f.id, 'name', f.name,
           'media_type', f.media_type, 'size', f.size) order by array_position(d.files, f.id))
         from chat_files f where f.id = any(d.files) and f.owner_id = d.owner_id) as files
     from chat_drafts d where d.owner_id = $1 and d.key = $2`,
    [ownerId, key],
  );
  return { text: rows[0]?.text ?? '', files: rows[0]?.files ?? [] };
});

/** An empty draft is no draft. */
export const setDraft = operation(
  'lazy',
  async (
    tx: Tx,
    { ownerId, key, text, files }: DraftKey & { text: string; files: readonly FileId[] },
  ): Promise<null> => {
    if (text === '' && files.length === 0) {
      await tx.query('delete from chat_drafts where owner_id = $1 and key = $2', [ownerId, key]);
      return null;
    }
    await tx.query(
      `insert into chat_drafts (owner_id, key, text, files) values ($1, $2, $3, $4)
       on conflict (owner_id, key) do update
         set text = excluded.text, files = excluded.files, updated_at = now()`,
      [ownerId, key, toText(text), files],
    );
    return null;
  },
);
