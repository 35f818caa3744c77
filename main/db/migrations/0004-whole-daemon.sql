-- Compaction, budgets, sub-agents, and several replicas on one server.

-- an undone compaction: no automatic one until the next message
alter table chats add column compaction_held boolean not null default false;

-- an InterruptTree stops this chat from above: its queue waits when the interruption ends (E1), nothing is promoted
alter table chats add column stopped_from_above boolean not null default false;

-- reserved with an attempt, settled with its commit (CHATD decision 18); a call that failed leaves none
create table chat_budget_holds (
  id bigint generated always as identity primary key,
  chat_id uuid not null references chats(id) on delete cascade,
  history_version bigint not null,
  generation_attempt bigint not null,
  model_config_id uuid references chat_model_configs(id),
  estimate_micros bigint not null,
  -- null while the call is open: until then the estimate counts
  settled_micros bigint,
  -- the answered budget question that let this call pass; each lets one pass
  passed_by uuid unique references chat_pending_actions(id) on delete set null,
  created_at timestamptz not null default now());
create index chat_budget_holds_at on chat_budget_holds (created_at);
create index chat_budget_holds_open on chat_budget_holds (chat_id) where settled_micros is null;

-- the budget questions and loops that a chat was let go on after
create index chat_pending_actions_answered on chat_pending_actions (chat_id, kind) where answered_at is not null;

-- where a replica answers for its message parts; a process that did not beat for the lease is gone
create table replicas (
  id uuid primary key,
  url text not null,
  token text not null,
  heartbeat_at timestamptz not null default now());

-- a folder belongs to one computer; null: from before there were several
alter table workspaces add column machine_id text;
drop index workspaces_place;
create unique index workspaces_place on workspaces
  (kind, coalesce(host_id, '00000000-0000-0000-0000-000000000000'), coalesce(machine_id, ''), directory)
  where not deleted;

-- at which version rows of a chat vanished last, without reading the chat
create index chat_messages_cut on chat_messages (chat_id, revision) where deleted;

-- the plain system rows of a prompt, which stand before its boundary, too
create index chat_messages_system on chat_messages (chat_id, id)
  where role = 'system' and not compressed and not deleted;

grant select, insert, update, delete on chat_budget_holds to gaffer_daemon;

-- the last calls of one chat, without reading those of all others since
create index chat_tool_calls_chat on chat_tool_calls (chat_id, message_id, index);

-- whoever keeps accounts in memory hears of every change, whoever made it
create function tg_accounts_changed() returns trigger language plpgsql as $f$
begin
  perform pg_notify('settings_update', '{"key":"accounts"}');
  return null;
end $f$;
create trigger chat_providers_changed after insert or update or delete on chat_providers
  for each statement execute function tg_accounts_changed();
create trigger chat_model_configs_changed after insert or update or delete on chat_model_configs
  for each statement execute function tg_accounts_changed();
