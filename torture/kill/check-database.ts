import fs from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** CHATD 2.8 as questions to the database: each answers the rows that break it. */
const INVARIANTS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'versions are copies of the snapshot version',
    sql: `select id, snapshot_version, history_version, queue_version, retry_state_version from chats
      where greatest(history_version, queue_version, retry_state_version) > snapshot_version`,
  },
  {
    name: 'the newest revision is the history version',
    sql: `select c.id, c.history_version, max(m.revision) as newest from chats c join chat_messages m on m.chat_id = c.id
      group by c.id having max(m.revision) <> c.history_version`,
  },
  {
    name: 'the number of messages is the number of visible rows',
    sql: `select c.id, c.message_count, count(m.id) as rows from chats c left join chat_messages m
        on m.chat_id = c.id and not m.deleted and m.visibility <> 'model'
      group by c.id having c.message_count <> count(m.id)`,
  },
  {
    name: 'a queue only where it may be',
    sql: `select c.id, c.status from chats c where c.status = 'waiting'
      and exists (select 1 from chat_queued_messages q where q.chat_id = c.id)`,
  },
  {
    name: 'archived chats rest',
    sql: `select id, status from chats where archived and status not in ('waiting', 'error')`,
  },
  {
    name: 'a retry only while running',
    sql: `select id, status, generation_attempt from chats
      where retry_state is not null and (status <> 'running' or generation_attempt < 1)`,
  },
  {
    name: 'no call waits for its result in an idle chat',
    sql: `select c.id, m.id as message, part->>'tool_call_id' as call
      from chats c join chat_messages m on m.chat_id = c.id and m.role = 'assistant' and not m.deleted,
        jsonb_array_elements(m.content) part
      where c.status = 'waiting' and part->>'type' = 'tool-call' and not exists (
        select 1 from chat_messages r, jsonb_array_elements(r.content) result
        where r.chat_id = c.id and r.id > m.id and r.role = 'tool' and not r.deleted
          and result->>'tool_call_id' = part->>'tool_call_id'
          and r.id < coalesce((select min(n.id) from chat_messages n where n.chat_id = c.id and n.id > m.id
            and n.role <> 'tool' and not n.deleted), 9007199254740991))`,
  },
  {
    name: 'a tool row follows the assistant row that asked for it',
    sql: `select t.id, t.chat_id from chat_messages t, jsonb_array_elements(t.content) result
      where t.role = 'tool' and not t.deleted and not exists (
        select 1 from chat_messages a, jsonb_array_elements(a.content) part
        where a.id = (select max(p.id) from chat_messages p where p.chat_id = t.chat_id and p.id < t.id
            and p.role <> 'tool' and not p.deleted)
          and a.role = 'assistant' and part->>'tool_call_id' = result->>'tool_call_id')`,
  },
  {
    name: 'no open ledger row in an idle chat',
    sql: `select l.key, l.state from chat_tool_calls l join chats c on c.id = l.chat_id
      where c.status = 'waiting' and l.state in ('gated', 'cleared', 'dispatched')`,
  },
  {
    name: 'a closed ledger row of a living message has its result',
    sql: `select l.key, l.state from chat_tool_calls l join chat_messages m on m.id = l.message_id
      where not m.deleted and l.state in ('done', 'denied', 'cancelled', 'unknown') and l.result is null`,
  },
  {
    name: 'one ledger row for each committed call',
    sql: `select m.id from chat_messages m
      where m.role = 'assistant' and not m.interrupted and not m.deleted
        and (select count(*) from jsonb_array_elements(m.content) part where part->>'type' = 'tool-call')
          <> (select count(*) from chat_tool_calls l where l.message_id = m.id)`,
  },
  {
    name: 'a send key is used once',
    sql: `select send_key from (select send_key from chat_messages where send_key is not null
        union all select send_key from chat_queued_messages where send_key is not null) k
      group by send_key having count(*) > 1`,
  },
  {
    name: 'a queue entry is promoted once',
    sql: `select queued_message_id, count(*) from chat_messages where queued_message_id is not null
      group by queued_message_id having count(*) > 1`,
  },
  {
    name: 'what the search index says was read can be found',
    sql: `select m.id from chat_messages m join search_cursors s on s.chat_id = m.chat_id
      where m.role in ('user', 'assistant') and not m.deleted and m.visibility <> 'model'
        and m.content->0->>'type' = 'text' and m.content->0->>'text' ~ '[[:alnum:]]'
        and (m.revision, m.id) <= (s.revision, s.message_id)
        and not exists (select from search_docs d where d.message_id = m.id and d.part = 0)`,
  },
  {
    name: 'a promoted entry left the queue',
    sql: `select q.id from chat_queued_messages q join chat_messages m on m.queued_message_id = q.id`,
  },
];

/** Opens a copy of a data directory that nobody uses, with an engine of our own. Answers what does not hold. */
export async function checkDatabase(dataDir: string, scratch: string): Promise<string[]> {
  const home = path.join(dataDir, 'db');
  const major = fs.readdirSync(home).find((name) => fs.existsSync(path.join(home, name, 'PG_VERSION')));
  if (major === undefined) return [`there is no database below ${home}`];
  const copy = path.join(scratch, 'database-copy');
  fs.rmSync(copy, { recursive: true, force: true });
  fs.cpSync(path.join(home, major), copy, { recursive: true });
  const db = await PGlite.create({ dataDir: copy });
  try {
    return await brokenInvariants(db);
  } finally {
    await db.close();
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

export async function brokenInvariants(db: PGlite): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, sql } of INVARIANTS) {
    const { rows } = await db.query(sql);
    if (rows.length > 0) wrong.push(`database: “${name}” is broken by ${JSON.stringify(rows.slice(0, 5))}`);
  }
  return wrong;
}
