import { setMaxListeners } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LinkState } from '@shared/model/workspace.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { type SshdOptions, sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { followProcess } from '../ssh/test-process.ts';
import type { AgentCall, KeyedCall } from './client.ts';
import type { RemoteHost } from './hosts.ts';
import { newTestPlace, type TestPlace } from './test-place.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

const call: AgentCall = { signal: new AbortController().signal };
// One signal for all: many calls listen to it at once.
setMaxListeners(0, call.signal);
let nextKey = 0;
const keyed = (): KeyedCall => ({ ...call, key: `ways:${process.pid}:${nextKey++}` });

let base: string;
let agentFile: string;
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer-ways-'));
  agentFile = await buildAgent(path.join(base, 'bundle'));
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 10 }));

async function openPlace(options: SshdOptions): Promise<TestPlace> {
  const place = await newTestPlace(base, options, { agentFile });
  await place.host.client.hello(call);
  onTestFinished(async () => {
    await place.host.client.shutdown(true, call);
  });
  return place;
}

async function reach(host: RemoteHost, wanted: (state: LinkState) => boolean): Promise<void> {
  for await (const state of host.watch(call.signal)) if (wanted(state)) return;
}

const servers: readonly (readonly [string, string, SshdOptions])[] = [
  ['socket', 'that forwards Unix sockets', {}],
  ['port', 'with AllowStreamLocalForwarding no', { allowStreamLocal: false }],
  [
    'bridge',
    'with AllowTcpForwarding no as well',
    { allowStreamLocal: false, config: ['AllowTcpForwarding no'] },
  ],
  ['bridge', 'with DisableForwarding yes and no SFTP', { config: ['DisableForwarding yes'], sftp: false }],
  [
    'bridge',
    'with DisableForwarding yes and MaxSessions 1',
    { config: ['DisableForwarding yes', 'MaxSessions 1'] },
  ],
  ['socket', 'with MaxSessions 2', { config: ['MaxSessions 2'] }],
  ['socket', 'with MaxSessions 1 and no SFTP', { config: ['MaxSessions 1'], sftp: false }],
];

describe.skipIf(missing).each(servers)('over the %s of a server %s', (way, _server, options) => {
  test('whole tool calls: files and a command, large answers, many at once', async () => {
    const { host, dir, reached } = await openPlace(options);
    const file = path.join(dir, 'ein Ordner', 'Übung "1" — 日本.txt');
    const content = Buffer.alloc(3 * 1024 * 1024, 'abcdefghi\n');
    await host.client.writeFile(file, content, keyed());
    const copies = await Promise.all(Array.from({ length: 6 }, () => host.client.readFile(file, {}, call)));
    expect(copies.every((copy) => content.equals(copy))).toBe(true);
    const command = { command: 'wc -c < "$WHICH"; exit 3', workdir: dir, env: { WHICH: file } };
    const { id } = await host.client.startProcess(command, keyed());
    expect(await host.client.processOutput(id, true, call)).toMatchObject({
      output: `${content.length}\n`,
      exit_code: 3,
    });
    host.reconnect();
    await host.client.hello(call);
    expect(reached.map((one) => one.way)).toEqual([way]);
  });

  test('a cut and then a dead agent in mid-command: the same call answers, and it ran once', async () => {
    const { host, dir, sshd, reached } = await openPlace(options);
    const { pid } = await host.client.hello(call);
    const command = `echo started >> '${dir}/starts'; while [ ! -e '${dir}/go' ]; do sleep 0.05; done; echo end`;
    const start = keyed();
    const { id } = await host.client.startProcess({ command }, start);
    const waiting = host.client.processOutput(id, true, call);
    const down = reach(host, (state) => state.state === 'down');
    await sshd.cut();
    await down;
    expect(await host.client.startProcess({ command }, start)).toMatchObject({ id });
    await (await followProcess(pid)).kill('SIGKILL');
    expect(await host.client.startProcess({ command }, start)).toMatchObject({ id });
    await writeFile(path.join(dir, 'go'), '');
    expect(await waiting).toMatchObject({ output: 'end\n', exit_code: 0 });
    expect(await readFile(path.join(dir, 'starts'), 'utf8')).toBe('started\n');
    expect((await host.client.hello(call)).pid).not.toBe(pid);
    expect(new Set(reached.map((one) => one.way))).toEqual(new Set([way]));
  });
});
