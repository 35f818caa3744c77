-- The role of every chat operation (CHATD decision 21): it stops bugs, not attackers.
do $f$ begin
  if not exists (select from pg_roles where rolname = 'gaffer_daemon') then create role gaffer_daemon; end if;
end $f$;
grant usage on schema public to gaffer_daemon;
grant select, insert, update, delete on
  chats, chat_messages, chat_queued_messages, chat_tool_calls, chat_pending_actions, chat_heartbeats,
  chat_diff_statuses, chat_drafts to gaffer_daemon;
grant usage on sequence chat_messages_id_seq, chat_queued_messages_id_seq to gaffer_daemon;
grant select on chat_providers, chat_model_configs, workspaces, hosts, settings to gaffer_daemon;
