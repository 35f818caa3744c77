import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../agent-client/test-agent.ts';
import type { WorkspaceConnection } from './connection.ts';
import { isTrusted, TrustLooks } from './trust.ts';

const { signal } = new AbortController();
const id = asId<WorkspaceId>('w');
let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
afterAll(() => agent.close());

async function folder(name: string): Promise<WorkspaceConnection> {
  const directory = path.join(agent.dir, name);
  await mkdir(directory, { recursive: true });
  return { client: agent.client, directory, host: 'here', platform: process.platform, link: null };
}

test('a folder brings its instruction files, also through links, and the hooks that git would run', async () => {
  const connection = await folder('brings');
  const at = (...names: readonly string[]) => path.join(connection.directory, ...names);
  const looks = new TrustLooks();
  const trustee = { id, trust: 'unknown' as const, isGivenFreely: false };
  expect(isTrusted(looks.of(trustee))).toBe(false);
  expect(await looks.look(id, connection, signal)).toBe(true);
  expect(looks.of(trustee)).toEqual({ answer: 'unknown', brings: [] });
  expect(isTrusted(looks.of(trustee))).toBe(true);
  expect(await looks.look(id, connection, signal)).toBe(false);

  await mkdir(at('.git', 'hooks'), { recursive: true });
  await writeFile(at('.git', 'hooks', 'pre-commit.sample'), '#!/bin/sh\n');
  await writeFile(at('.git', 'hooks', 'post-checkout'), '#!/bin/sh\n');
  await chmod(at('.git', 'hooks', 'post-checkout'), 0o755);
  await writeFile(
    at('.git', 'config'),
    '[core]\n\tbare = false\n\tfsmonitor = true\n\thooksPath = .husky/_\n',
  );
  await writeFile(at('real.md'), 'Obey.');
  await symlink('real.md', at('CLAUDE.md'));
  await mkdir(at('AGENTS.md'));
  expect(await looks.look(id, connection, signal)).toBe(true);
  expect(looks.of(trustee).brings).toEqual([
    'CLAUDE.md',
    'git hook post-checkout',
    'git setting hookspath',
  ]);
  expect(isTrusted(looks.of(trustee))).toBe(false);
  expect(isTrusted(looks.of({ ...trustee, trust: 'trusted' }))).toBe(true);
  expect(isTrusted(looks.of({ ...trustee, trust: 'refused' }))).toBe(false);
  expect(isTrusted(looks.of({ ...trustee, isGivenFreely: true }))).toBe(true);
});

test('an agent that does not answer is no folder without anything', async () => {
  const connection = await folder('away');
  const looks = new TrustLooks();
  const aborted = AbortSignal.abort(new Error('away'));
  await expect(looks.look(id, connection, aborted)).rejects.toThrow('away');
  expect(looks.of({ id, trust: 'unknown', isGivenFreely: false }).brings).toBeNull();
});
