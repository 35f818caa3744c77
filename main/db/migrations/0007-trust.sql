-- Whether what a folder brings along may steer the chats there. What was used before trust was asked about stays in use.
alter table workspaces add column trust text not null default 'unknown'
  check (trust in ('unknown', 'trusted', 'refused'));
update workspaces set trust = 'trusted';
