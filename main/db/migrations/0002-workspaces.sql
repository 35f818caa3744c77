-- Where chats work, the hosts behind them, and what the app remembers.
create table hosts (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  -- what the person typed: user@host, user@host:port or host
  target text not null unique,
  hostname text not null,
  port int not null check (port between 1 and 65535),
  username text,
  identity_file text,
  created_at timestamptz not null default now());

create table workspaces (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  kind text not null check (kind in ('local','ssh')),
  name text not null,
  directory text not null,
  host_id uuid references hosts(id) on delete restrict,
  mode text not null default 'ask' check (mode in ('ask','edit','auto')),
  deleted boolean not null default false,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  check ((kind = 'ssh') = (host_id is not null)));
create unique index workspaces_place on workspaces
  (kind, coalesce(host_id, '00000000-0000-0000-0000-000000000000'), directory) where not deleted;

create table settings (
  key text primary key,
  value jsonb not null);

create table chat_drafts (
  owner_id uuid not null,
  key text not null,
  text text not null,
  updated_at timestamptz not null default now(),
  primary key (owner_id, key));
