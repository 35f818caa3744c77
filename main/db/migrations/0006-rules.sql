-- What the person lets through from now on (WORKSPACES, Approvals).
create table approval_rules (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  kind text not null check (kind in ('exact','program')),
  -- the command as it was shown, or the program of the shipped list
  text text not null,
  -- an exact command holds in one directory: its path below the workspace's
  below text not null default '',
  scope text not null check (scope in ('chat','workspace','everywhere')),
  chat_id uuid references chats(id) on delete cascade,
  workspace_id uuid references workspaces(id) on delete cascade,
  -- it ends when this chat is archived
  until_chat_id uuid references chats(id) on delete cascade,
  expires_at timestamptz,
  revoked_at timestamptz,
  uses int not null default 0,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  check ((scope = 'chat') = (chat_id is not null)),
  check ((scope = 'workspace') = (workspace_id is not null)),
  -- only a command that is written out may be let through for good
  check (kind = 'exact' or expires_at is not null or until_chat_id is not null));
-- the same rule in the same place is one
create unique index approval_rules_same on approval_rules
  (owner_id, kind, md5(text), below, scope,
   coalesce(chat_id, workspace_id, '00000000-0000-0000-0000-000000000000')) where revoked_at is null;

-- with the chat ends what ends with it, for good; whoever archives it may do no more to rules than that
create function tg_chat_rules_end() returns trigger language plpgsql security definer set search_path = public as $f$
begin
  update approval_rules set revoked_at = now() where until_chat_id = new.id and revoked_at is null;
  if found then perform pg_notify('settings_update', '{"key":"rules"}'); end if;
  return null;
end $f$;
create trigger chat_rules_end after update of archived on chats
  for each row when (new.archived and not old.archived) execute function tg_chat_rules_end();

-- chats read them; they are made and revoked by the person's own operations
grant select on approval_rules to gaffer_daemon;
