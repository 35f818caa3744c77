-- Workspaces that are made from templates (WORKSPACES, Workspace kinds).
alter table workspaces drop constraint workspaces_kind_check;
alter table workspaces drop constraint workspaces_check;
alter table workspaces add constraint workspaces_kind_check check
  (kind in ('local','worktree','ssh','ssh-clone','ssh-worktree','container'));
-- a container may be on a host
alter table workspaces add constraint workspaces_host_check check
  (case kind when 'local' then host_id is null when 'worktree' then host_id is null
     when 'container' then true else host_id is not null end);

alter table workspaces
  -- whether it can be reached is not kept: the link tells
  add column state text not null default 'running'
    check (state in ('provisioning','running','stopped','failed','removed')),
  -- the script that was begun and has no end yet: what a start of the app goes on with
  add column script text check (script in ('provision','start','stop','remove')),
  -- counts the scripts: a part of their keys, so that a repeat finds what was begun
  add column script_count int not null default 0,
  add column force boolean not null default false,
  -- [{script, processId, startedAt}], the last of each
  add column runs jsonb not null default '[]',
  add column error text,
  -- as it was when the workspace was made: what was seen then is what runs later
  add column template jsonb,
  add column template_id uuid,
  add column parameters jsonb,
  -- of the call that made it: the same call makes one
  add column create_key text unique,
  add column made boolean not null default false,
  add column repository text,
  add column base text,
  add column branch text;
create index workspaces_template on workspaces (template_id) where not deleted and template_id is not null;
