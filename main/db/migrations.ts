import chats from './migrations/0001-chats.sql?raw';
import workspaces from './migrations/0002-workspaces.sql?raw';
import roles from './migrations/0003-roles.sql?raw';
import daemon from './migrations/0004-whole-daemon.sql?raw';
import hosts from './migrations/0005-hosts.sql?raw';
import rules from './migrations/0006-rules.sql?raw';
import trust from './migrations/0007-trust.sql?raw';
import templates from './migrations/0008-templates.sql?raw';
import git from './migrations/0009-git.sql?raw';
import search from './migrations/0010-search.sql?raw';
import files from './migrations/0011-files.sql?raw';
import models from './migrations/0012-models.sql?raw';
import window from './migrations/0013-window.sql?raw';

export interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** In order and without a gap. A published one is never changed: add the next. */
export const migrations: readonly Migration[] = [
  chats,
  workspaces,
  roles,
  daemon,
  hosts,
  rules,
  trust,
  templates,
  git,
  search,
  files,
  models,
  window,
].map((sql, at) => ({
  number: at + 1,
  sql,
}));
