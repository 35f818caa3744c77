import type { StatResponse } from '@shared/agent-protocol/index.ts';
import { expect, test } from 'vitest';
import { type AgentClient, LinkDown } from '../agent-client/client.ts';
import {
  type ApprovalRequest,
  canonicalJson,
  provisionVerdict,
  type Verdict,
  verdict,
} from './approvals.ts';

/** An agent on which `/work/place/link` leads out and everything else is where it says. */
const stat = (path: string): Promise<StatResponse> =>
  Promise.resolve({
    kind: 'file',
    realPath: path.replace(/^\/work\/place\/link/, '/etc').replace(/^\/work\/alias/, '/work/place'),
    size: 1,
    writable: true,
    readable: true,
  });

type LocalAccess = ApprovalRequest['access'];

function request(access: LocalAccess, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    mode: 'edit',
    tool: 'write_file',
    input: { path: 'a', content: 'b' },
    access,
    verb: 'Write',
    subject: 'a\n\nb',
    connection: {
      client: { stat } as Partial<AgentClient> as AgentClient,
      directory: '/work/place',
      host: 'this computer',
      platform: 'linux',
      link: null,
    },
    chatId: 'chat',
    loadRules: () => Promise.resolve([]),
    signal: new AbortController().signal,
    ...more,
  };
}

const approvalOf = (judged: Verdict) => (judged.state === 'gated' ? judged.approval : null);
const write = (...paths: string[]): LocalAccess => ({ kind: 'write', paths });
const read = (...paths: string[]): LocalAccess => ({ kind: 'read', paths });
const command: LocalAccess = { kind: 'command', command: 'make', workdir: '/work/place' };

test.each<[string, ApprovalRequest['mode'], LocalAccess, string]>([
  ['a command', 'ask', command, 'gated'],
  ['a command', 'edit', command, 'gated'],
  ['a command', 'auto', command, 'cleared'],
  ['a write inside', 'ask', write('/work/place/a'), 'gated'],
  ['a write inside', 'edit', write('/work/place/a'), 'cleared'],
  ['a write outside', 'edit', write('/work/other/a'), 'gated'],
  ['a write next to a directory of the same start', 'edit', write('/work/placebo/a'), 'gated'],
  ['a write through a link that leads out', 'edit', write('/work/place/link/passwd'), 'gated'],
  ['a write through a link that leads in', 'edit', write('/work/alias/a'), 'cleared'],
  ['a write outside', 'auto', write('/etc/passwd'), 'cleared'],
  ['one of several writes outside', 'edit', write('/work/place/a', '/etc/b'), 'gated'],
  ['a name that starts with dots', 'edit', write('/work/place/..a'), 'cleared'],
  ['.git', 'edit', write('/work/place/.git/hooks/pre-commit'), 'gated'],
  ['.GIT', 'edit', write('/work/place/sub/.GIT/config'), 'gated'],
  ['.gaffer', 'edit', write('/work/place/.gaffer/x'), 'gated'],
  ['AGENTS.md', 'edit', write('/work/place/sub/AGENTS.md'), 'gated'],
  ['CLAUDE.md', 'edit', write('/work/place/CLAUDE.md'), 'gated'],
  ['.envrc', 'edit', write('/work/place/.envrc'), 'gated'],
  ['.vscode', 'edit', write('/work/place/.vscode/tasks.json'), 'gated'],
  ['CI', 'edit', write('/work/place/.github/workflows/ci.yml'), 'gated'],
  ['shell start', 'edit', write('/work/place/.bashrc'), 'gated'],
  ['a read inside', 'ask', read('/work/place/.git/config'), 'cleared'],
  ['a read outside', 'ask', read('/etc/passwd'), 'gated'],
  ['a read outside', 'edit', read('/work/place/link/passwd'), 'gated'],
  ['a read outside', 'auto', read('/etc/passwd'), 'cleared'],
  ['a library', 'ask', read('/usr/include/stdio.h'), 'cleared'],
  ['what touches nothing', 'ask', { kind: 'free' }, 'cleared'],
])('%s in mode %s', async (_what, mode, access, state) => {
  expect((await verdict(request(access, { mode }))).state).toBe(state);
});

test('a workspace inside a protected directory is judged by what is below it', async () => {
  const base = request(write('/home/me/.gaffer/trees/one/src/a.ts'));
  const connection = { ...base.connection, directory: '/home/me/.gaffer/trees/one' };
  expect((await verdict({ ...base, connection })).state).toBe('cleared');
});

test.each([
  ['/proc/1/environ', 'file'],
  ['/proc/self/task/3/mem', 'file'],
  ['/work/place/pipe', 'other'],
  ['/dev/sda', 'other'],
] as const)('nobody is asked about %s (%s): it is refused', async (realPath, kind) => {
  const found = { kind, realPath, size: 0, writable: true, readable: true };
  const client = { stat: () => Promise.resolve(found) } as Partial<AgentClient> as AgentClient;
  for (const mode of ['ask', 'edit'] as const)
    for (const access of [read('/work/place/x'), write('/work/place/x')]) {
      const base = request(access, { mode });
      const judged = await verdict({ ...base, connection: { ...base.connection, client } });
      expect(judged).toMatchObject({ state: 'refused', message: expect.stringContaining('not for tools') });
    }
});

test('provisioning asks in every mode but Full auto, with where it will be', () => {
  const call = {
    tool: 'create_workspace',
    input: {},
    verb: 'Create',
    subject: 'a',
    host: 'box',
    directory: '/w',
  };
  expect(provisionVerdict({ ...call, mode: 'auto' })).toMatchObject({ state: 'cleared' });
  for (const mode of ['ask', 'edit'] as const)
    expect(provisionVerdict({ ...call, mode })).toMatchObject({
      state: 'gated',
      approval: { host: 'box', directory: '/w', verb: 'Create' },
    });
});

test('what the agent does not tell asks', async () => {
  const base = request(write('/work/place/a'));
  const client = { stat: () => Promise.reject(new LinkDown('cut')) } as Partial<AgentClient> as AgentClient;
  const connection = { ...base.connection, client };
  expect((await verdict({ ...base, connection })).state).toBe('gated');
});

test('the hash is bound to tool, arguments, directory and host, not to the order of properties', async () => {
  const hashOf = async (more: Partial<ApprovalRequest>) =>
    approvalOf(await verdict(request(command, { mode: 'ask', ...more })))?.hash;
  const { connection } = request(command);
  const hash = await hashOf({});
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashOf({ input: { content: 'b', path: 'a' } })).toBe(hash);
  const others = await Promise.all([
    hashOf({ tool: 'edit_files' }),
    hashOf({ input: { path: 'a', content: 'c' } }),
    hashOf({ access: { kind: 'command', command: 'make', workdir: '/tmp' } }),
    hashOf({ connection: { ...connection, host: 'build' } }),
  ]);
  expect(new Set([hash, ...others]).size).toBe(5);
});

test('canonical JSON orders properties at every depth and keeps the order of lists', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }, 'x'], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},"x"]}');
});
