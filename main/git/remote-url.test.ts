import { expect, test } from 'vitest';
import { parseRemote } from './remote-url.ts';

test.each([
  ['https://github.com/owner/repo.git', 'github.com', 'owner/repo'],
  ['https://github.com/owner/repo', 'github.com', 'owner/repo'],
  ['https://github.com/owner/repo/', 'github.com', 'owner/repo'],
  ['git@github.com:owner/repo.git', 'github.com', 'owner/repo'],
  ['github.com:owner/repo', 'github.com', 'owner/repo'],
  ['ssh://git@github.com/owner/repo.git', 'github.com', 'owner/repo'],
  ['ssh://git@forge.example:2222/a/b/c.git', 'forge.example', 'a/b/c'],
  ['https://forge.example:8443/a/b.git', 'forge.example:8443', 'a/b'],
  ['http://127.0.0.1:3000/team/app.git', '127.0.0.1:3000', 'team/app'],
  ['https://Forge.Example/Team/App.git', 'forge.example', 'Team/App'],
  ['git@forge.example:/team/app.git', 'forge.example', 'team/app'],
])('%s', (remote, host, path) => {
  expect(parseRemote(remote)).toEqual({ host, path });
});

test.each([
  '',
  '/srv/git/app.git',
  '../app.git',
  'file:///srv/git/app.git',
  'C:\\work\\app',
  'https://github.com/owner',
  'https://github.com/owner/../../etc',
  'https://github.com/owner/re po',
  'https://github.com/owner/%2e%2e',
  'ext::sh -c touch% /tmp/x',
])('is no forge: %s', (remote) => {
  expect(parseRemote(remote)).toBeNull();
});
