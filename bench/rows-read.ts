import { PGlite } from '@electric-sql/pglite';

/** The tables that grow with a chat. */
const TABLES = ['chats', 'chat_messages', 'chat_queued_messages', 'chat_tool_calls'] as const;

export type RowsRead = Readonly<Record<(typeof TABLES)[number], number>>;

/**
 * Lets the database itself note, at the end of every transaction that adds an answer, how many rows have been read
 * since the one before. To be called while nothing else has the directory open.
 */
export async function countRowsRead(dir: string): Promise<void> {
  const db = await PGlite.create({ dataDir: dir });
  // What the session has not yet handed to the statistics: each note hands it over, so that the next begins at 0.
  const read = TABLES.map((table) => {
    const of = `'public.${table}'::regclass`;
    // By walking the table, by a bitmap, by each of its indexes.
    return `'${table}', pg_stat_get_xact_tuples_returned(${of}) + pg_stat_get_xact_tuples_fetched(${of})
      + (select sum(pg_stat_get_xact_tuples_fetched(i.indexrelid)) from pg_index i where i.indrelid = ${of})`;
  });
  try {
    await db.exec(`
      create table bench_rows_read (id bigserial, chat_id uuid not null, read jsonb not null);
      create function bench_note_rows_read() returns trigger language plpgsql security definer as $$
      begin
        if new.role = 'assistant' then
          insert into public.bench_rows_read (chat_id, read) values (new.chat_id, jsonb_build_object(${read.join(', ')}));
          perform pg_stat_force_next_flush();
        end if;
        return null;
      end $$;
      create constraint trigger bench_rows_read after insert on chat_messages
        deferrable initially deferred for each row execute function bench_note_rows_read();`);
  } finally {
    await db.close();
  }
}

/**
 * From one answer of the chat to its next, oldest first; where another chat's came between, there is nothing to tell.
 * To be called when the directory is closed.
 */
export async function rowsRead(dir: string, chatId: string): Promise<readonly RowsRead[]> {
  const db = await PGlite.create({ dataDir: dir });
  try {
    const { rows } = await db.query<{ read: RowsRead }>(
      `select read from (select *, lag(chat_id) over (order by id) as before from bench_rows_read) r
       where chat_id = $1 and before = $1 order by id`,
      [chatId],
    );
    return rows.map(({ read }) => read);
  } finally {
    await db.close();
  }
}

export function sumOf(read: RowsRead): number {
  return TABLES.reduce((sum, table) => sum + read[table], 0);
}
