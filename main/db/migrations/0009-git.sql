-- Of a pull request (CHATD 1.7), what the title bar says besides; and where git ran last.
alter table chat_diff_statuses
  add column pull_request_number int,
  add column checks text not null default 'none' check (checks in ('none','pending','passed','failed')),
  add column git_directory text not null default '';

-- Servers of repositories. Their tokens are with the operating system, never here.
create table git_accounts (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  kind text not null check (kind in ('github','gitlab','gitea')),
  host text not null,
  api_base text not null,
  created_at timestamptz not null default now(),
  unique (owner_id, host));

-- Whether chats on a machine may use the token of a host: asked once. `machine` is the host's id, or this computer's.
create table git_uses (
  owner_id uuid not null,
  host text not null,
  machine text not null,
  machine_name text not null,
  allowed boolean not null,
  created_at timestamptz not null default now(),
  primary key (owner_id, host, machine));
