-- What can be found (CHATD decision 17): one row a part, written behind the commits by a job of its own. No foreign key
-- to the messages: its check would lock, and so dirty, every one of them.
create table search_docs (
  message_id bigint not null,
  part smallint not null,
  chat_id uuid not null,
  kind text not null,
  at timestamptz not null,
  -- besides the words `.b<message_id >> 12>` and `.c<chat_id>`: newest first, and one chat alone, in the same index
  tsv tsvector not null,
  primary key (message_id, part));
-- Written in small heaps, which takes less than half of the time; a search reads what is pending from end to end, and the
-- one connection waits for a heap to be put in its place.
create index search_docs_words on search_docs using gin (tsv) with (fastupdate = on, gin_pending_list_limit = 256);

-- How far each chat is. The revision alone is not enough: one commit gives many rows the same.
create table search_cursors (
  chat_id uuid primary key references chats(id) on delete cascade,
  revision bigint not null default 0,
  message_id bigint not null default 0);

-- When the messages of a block were written: what was imported is newer than its times say.
create table search_blocks (
  block bigint primary key,
  from_at timestamptz not null,
  to_at timestamptz not null);

-- The job reads by (revision, id); of a long chat that was forked or imported all rows have the same revision.
drop index chat_messages_rev;
create index chat_messages_rev on chat_messages (chat_id, revision, id);

grant select, insert, update, delete on search_docs, search_cursors, search_blocks to gaffer_daemon;
