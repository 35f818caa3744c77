-- Chats and what belongs to them (CHATD section 1). Versions are kept by the triggers at the end.
create type chat_status as enum ('waiting','running','interrupting','requires_action','error');
create type chat_role as enum ('system','user','assistant','tool');
create type chat_visibility as enum ('user','model','both');

create table chat_providers (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('openai','anthropic','openai-compat','anthropic-compat','demo')),
  name text not null unique,
  base_url text not null default '',
  headers jsonb not null default '{}',
  proxy text not null default '',
  source text not null default 'user' check (source in ('user','env','local')),
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now());

create table chat_model_configs (
  id uuid primary key default gen_random_uuid(),
  provider_id uuid not null references chat_providers(id) on delete cascade,
  model text not null,
  display_name text not null default '',
  enabled boolean not null default true,
  is_default boolean not null default false,
  deleted boolean not null default false,
  deleted_at timestamptz,
  context_limit bigint check (context_limit > 0),
  compression_threshold int not null default 70 check (compression_threshold between 0 and 100),
  options jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now());
create unique index one_default_model on chat_model_configs ((true)) where is_default and not deleted;

create table chats (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  workspace_id uuid,
  parent_chat_id uuid references chats(id) on delete restrict,
  root_chat_id uuid references chats(id) on delete restrict,
  title text not null default 'New Chat',
  title_source text not null default 'fallback' check (title_source in ('fallback','model','user')),
  spawn_key text unique,
  status chat_status not null default 'waiting',
  worker_id uuid, runner_id uuid, started_at timestamptz,
  last_model_config_id uuid not null references chat_model_configs(id),
  last_reasoning_effort text,
  last_error jsonb,
  archived boolean not null default false,
  snapshot_version bigint not null default 1,
  history_version bigint not null default 1,
  queue_version bigint not null default 0,
  generation_attempt bigint not null default 0,
  retry_state jsonb,
  retry_state_version bigint not null default 0,
  requires_action_deadline_at timestamptz,
  compaction_requested_at timestamptz,
  dynamic_tools jsonb,
  labels jsonb not null default '{}',
  pin_order int not null default 0,
  last_read_message_id bigint,
  message_count bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((worker_id is null) = (runner_id is null)));
create index chats_list on chats (owner_id, archived, updated_at desc, id desc);
create index chats_root on chats (root_chat_id);
create index chats_parent on chats (parent_chat_id);
create index chats_runnable on chats (updated_at)
  where not archived and status in ('running','interrupting','requires_action');

create table chat_messages (
  id bigserial primary key,
  chat_id uuid not null references chats(id) on delete cascade,
  model_config_id uuid references chat_model_configs(id),
  created_by uuid,
  created_at timestamptz not null default now(),
  role chat_role not null,
  content jsonb,
  content_version smallint not null default 1,
  visibility chat_visibility not null default 'both',
  input_tokens bigint, output_tokens bigint, total_tokens bigint, reasoning_tokens bigint,
  cache_creation_tokens bigint, cache_read_tokens bigint,
  context_limit bigint,
  compressed boolean not null default false,
  deleted boolean not null default false,
  revision bigint not null default 0,
  reasoning_effort text,
  queued_message_id bigint,
  total_cost_micros bigint,
  runtime_ms bigint,
  -- an assistant row that FinishInterruption wrote
  interrupted boolean not null default false,
  -- the window's key of a send; a promoted row takes it over from the queue, so that a repeat finds it
  send_key text);
create unique index chat_messages_send_key on chat_messages (send_key) where send_key is not null;
create index chat_messages_chat on chat_messages (chat_id, id);
create index chat_messages_rev on chat_messages (chat_id, revision);
create index chat_messages_boundary on chat_messages (chat_id, id desc)
  where compressed and role = 'system' and visibility in ('model','both') and not deleted;

create table chat_queued_messages (
  id bigserial primary key,
  chat_id uuid not null references chats(id) on delete cascade,
  content jsonb not null,
  model_config_id uuid references chat_model_configs(id) on delete set null,
  reasoning_effort text,
  position bigint not null default 0,
  send_key text unique,
  created_by uuid not null,
  created_at timestamptz not null default now());
create index chat_queue_order on chat_queued_messages (chat_id, position, id);

-- one row per tool call that a committed assistant message asks for; moves no history version
create table chat_tool_calls (
  chat_id uuid not null references chats(id) on delete cascade,
  message_id bigint not null references chat_messages(id) on delete cascade,
  index int not null,
  key text not null unique,
  provider_call_id text not null,
  tool text not null,
  args_hash text not null,
  effect text not null check (effect in ('read','effect')),
  state text not null check (state in ('gated','cleared','dispatched','done','denied','cancelled','unknown')),
  approval jsonb,
  process_id text,
  result jsonb,
  -- the person's words with a denial
  note text,
  started_at timestamptz, ended_at timestamptz,
  primary key (message_id, index));
create index chat_tool_calls_open on chat_tool_calls (chat_id)
  where state in ('gated','cleared','dispatched');

create table chat_pending_actions (
  id uuid primary key default gen_random_uuid(),
  chat_id uuid not null references chats(id) on delete cascade,
  kind text not null check (kind in ('question','budget','loop')),
  payload jsonb not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  answered_at timestamptz);
create index chat_pending_actions_open on chat_pending_actions (chat_id) where answered_at is null;

create unlogged table chat_heartbeats (
  chat_id uuid not null references chats(id) on delete cascade,
  runner_id uuid not null,
  heartbeat_at timestamptz not null default now(),
  primary key (chat_id, runner_id));
create index chat_heartbeats_at on chat_heartbeats (heartbeat_at);

create table chat_diff_statuses (
  chat_id uuid primary key references chats(id) on delete cascade,
  url text, pull_request_state text,
  changes_requested boolean not null default false,
  additions int not null default 0, deletions int not null default 0, changed_files int not null default 0,
  git_branch text not null default '', git_remote_origin text not null default '',
  refreshed_at timestamptz, stale_at timestamptz not null default now(),
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create index chat_diff_stale on chat_diff_statuses (stale_at);

create function tg_chat_message_version() returns trigger language plpgsql as $f$
declare v bigint;
begin
  if tg_op = 'INSERT' then
    if new.revision <> 0 then raise exception 'revision is assigned by the database'; end if;
  else
    if new.chat_id <> old.chat_id then raise exception 'chat_id of a message is immutable'; end if;
    if new.revision <> old.revision then raise exception 'revision is assigned by the database'; end if;
    if new is not distinct from old then return new; end if;
  end if;
  update chats set history_version = snapshot_version, generation_attempt = 0,
      message_count = message_count
        + (case when not new.deleted and new.visibility <> 'model' then 1 else 0 end)
        - (case when tg_op = 'UPDATE' and not old.deleted and old.visibility <> 'model' then 1 else 0 end)
    where id = new.chat_id returning snapshot_version into v;
  new.revision := v;
  return new;
end $f$;
create trigger chat_message_version before insert or update on chat_messages
  for each row execute function tg_chat_message_version();

create function tg_chat_queue_version() returns trigger language plpgsql as $f$
begin
  update chats set queue_version = snapshot_version
    where id = coalesce(new.chat_id, old.chat_id);
  return null;
end $f$;
create function tg_chat_queue_author() returns trigger language plpgsql as $f$
begin
  if new.created_by is null then
    select owner_id into new.created_by from chats where id = new.chat_id;
  end if;
  return new;
end $f$;
create trigger chat_queue_author before insert on chat_queued_messages
  for each row execute function tg_chat_queue_author();
create trigger chat_queue_version_iud after insert or delete or update of content, model_config_id, position, created_by
  on chat_queued_messages for each row execute function tg_chat_queue_version();

create function tg_chat_retry_version() returns trigger language plpgsql as $f$
begin
  if new.retry_state_version <> old.retry_state_version then
    raise exception 'retry_state_version is assigned by the database'; end if;
  if new.generation_attempt <> old.generation_attempt then new.retry_state := null; end if;
  if new.retry_state is distinct from old.retry_state then
    new.retry_state_version := new.snapshot_version; end if;
  return new;
end $f$;
create trigger chat_retry_version before update on chats
  for each row execute function tg_chat_retry_version();
