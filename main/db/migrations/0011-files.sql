-- Files that a person attaches. One belongs to one chat at most; until it is sent, to none.
create table chat_files (
  id uuid primary key,
  owner_id uuid not null,
  chat_id uuid references chats(id) on delete cascade,
  name text not null,
  media_type text not null,
  size int not null,
  data bytea not null,
  created_at timestamptz not null default now(),
  -- when a message named it last; of a chat with too many the ones go that were named longest ago
  used_at timestamptz,
  seq bigint generated always as identity,
  check (size = octet_length(data) and size between 1 and 10485760),
  check ((chat_id is null) = (used_at is null)));
-- pictures are compressed already
alter table chat_files alter column data set storage external;
create index chat_files_chat on chat_files (chat_id, used_at, seq) where chat_id is not null;
create index chat_files_unsent on chat_files (created_at) where chat_id is null;
grant select, insert, update, delete on chat_files to gaffer_daemon;

-- what a draft has attached
alter table chat_drafts add column files uuid[] not null default '{}';

-- its queue waits when a turn ends, until the person lets it go on
alter table chats add column queue_paused boolean not null default false;
