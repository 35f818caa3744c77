import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { GitQuestion } from '@shared/model/git.ts';
import { asId, type ChatId, type HostId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { startGitServer } from '../../e2e/fixtures/git-server.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import type { AgentClient } from '../agent-client/client.ts';
import { startTestAgent } from '../agent-client/test-agent.ts';
import { newTestPlace } from '../agent-client/test-place.ts';
import { openTestGit } from './test-git.ts';

const TOKEN = 'tok_0123456789abcdef';
const missing = sshdMissing();
const signal = AbortSignal.timeout(600_000);
const run = promisify(execFile);
let base: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer-git-hosts-'));
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 10 }));

async function command(client: AgentClient, chatId: ChatId, workdir: string, text: string) {
  const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const request = { command: text, workdir, env };
  const { id } = await client.startProcess(request, { signal, key: randomUUID(), chatId });
  return client.processOutput(id, true, { signal });
}

describe(`git on a host${missing ? ` [not here: ${missing}]` : ''}`, () => {
  test.skipIf(missing)('asks as here, once for each machine', async () => {
    const server = await startGitServer();
    onTestFinished(() => server.stop());
    server.tokens.add(TOKEN);
    const here = await startTestAgent();
    onTestFinished(() => here.close());
    const there = await newTestPlace(base, {}, { agentFile: await buildAgent(path.join(base, 'bundle')) });
    const { client } = there.host;
    await client.hello({ signal });
    onTestFinished(() => client.shutdown(true, { signal }));
    const place = await openTestGit({ client: here.client });
    onTestFinished(() => place.close());
    const asked: GitQuestion[] = [];
    const answering = (async () => {
      for await (const open of place.git.questions.watch(signal)) {
        for (const question of open) {
          asked.push(question);
          place.git.questions.answer(question.id, { kind: 'use', allow: true });
        }
      }
    })();
    answering.catch(() => undefined);
    const apiBase = `${server.url}/api/v1`;
    await place.git.accounts.add({ kind: 'gitea', host: server.host, apiBase, token: TOKEN });

    const url = server.create('team/app');
    const dirs = [
      await mkdtemp(path.join(here.dir, 'clone ')),
      await mkdtemp(path.join(there.dir, 'clone ')),
    ];
    for (const [at, cwd] of dirs.entries()) {
      const git = (...args: string[]) =>
        run('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], { cwd });
      await git('init', '--quiet', `--initial-branch=topic${at}`);
      await git('commit', '--quiet', '--allow-empty', '-m', 'one');
      await git('remote', 'add', 'origin', url);
    }
    const [local = '', remote = ''] = dirs;
    const host = { hostId: asId<HostId>(randomUUID()), name: 'gpu-box', client };
    const one = await place.newChat(await place.newWorkspace(local));
    const two = await place.newChat(await place.newWorkspace(remote, host));
    expect(await command(here.client, one, local, 'git push origin topic0')).toMatchObject({
      exit_code: 0,
    });
    expect(await command(client, two, remote, 'git push origin topic1')).toMatchObject({ exit_code: 0 });
    expect(await command(client, two, remote, 'git fetch origin')).toMatchObject({ exit_code: 0 });
    expect(asked.map(({ machine, directory }) => [machine, directory])).toEqual([
      ['this computer', local],
      ['gpu-box', remote],
    ]);
    const row = await place.store.call('loadDiffStatus', { ownerId: place.ownerId, chatId: two });
    expect(row).toMatchObject({ git_branch: 'topic1', git_remote_origin: url });
  });
});
