import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { startTestAgent } from './test-agent.ts';
import { newTestPlace } from './test-place.ts';

vi.setConfig({ testTimeout: 120_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

let base: string;
let agentFile: string;
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer other '));
  agentFile = await buildAgent(path.join(base, 'bundle'));
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

describe.skipIf(missing)('a name that leads to another machine after a cut', () => {
  test('a start that had left is not run again by an agent that does not know its journal', async () => {
    const call = { signal: AbortSignal.timeout(100_000) };
    const place = await newTestPlace(base, {}, { agentFile });
    const first = await place.host.client.hello(call);
    const starts = path.join(place.dir, 'starts');
    const command = { command: `echo ran >> '${starts}'`, workdir: place.dir };
    const keyed = { ...call, key: 'one:1:1:0' };
    const { id } = await place.host.client.startProcess(command, keyed);
    await place.host.client.processOutput(id, true, call);
    // The answer was lost with the line; behind the name there is another home now (another machine, a new container).
    process.kill(first.pid, 'SIGKILL');
    await rename(path.join(place.dir, 'remote home'), path.join(place.dir, 'home of the other'));
    expect(await place.sshd.cut()).toBeGreaterThan(0);
    await expect(place.host.client.startProcess(command, keyed)).rejects.toMatchObject({
      code: 'unknown-outcome',
    });
    expect((await place.host.client.hello(call)).journal).not.toBe(first.journal);
    // What is asked for the first time runs there.
    const next = await place.host.client.startProcess(command, { ...call, key: 'one:1:2:0' });
    await place.host.client.processOutput(next.id, true, call);
    await place.host.client.shutdown(true, call);
    expect(await readFile(starts, 'utf8')).toBe('ran\nran\n');
  });
});

describe('the name of a journal', () => {
  test('stays when an agent is killed, and is another one in another home', async () => {
    const call = { signal: AbortSignal.timeout(100_000) };
    const agent = await startTestAgent();
    const other = await startTestAgent();
    try {
      const { journal } = await agent.client.hello(call);
      expect(journal).toMatch(/^[\w-]{36}$/);
      expect(agent.local.address.journal).toBe(journal);
      await agent.kill();
      expect((await agent.client.hello(call)).journal).toBe(journal);
      expect((await other.client.hello(call)).journal).not.toBe(journal);
    } finally {
      await Promise.all([agent.close(), other.close()]);
    }
  });

  test('a call on this computer is not repeated to an agent whose home is a new one', async () => {
    const call = { signal: AbortSignal.timeout(100_000) };
    const agent = await startTestAgent();
    try {
      const ran = path.join(agent.dir, 'ran');
      const keyed = { ...call, key: 'one:1:1:0' };
      const command = `echo ran >> '${ran}'`;
      const { id } = await agent.client.startProcess({ command }, keyed);
      await agent.client.processOutput(id, true, call);
      await agent.kill();
      await rename(agent.home, path.join(agent.dir, 'home of before'));
      await expect(agent.client.startProcess({ command }, keyed)).rejects.toMatchObject({
        code: 'unknown-outcome',
      });
      expect(await readFile(ran, 'utf8')).toBe('ran\n');
    } finally {
      await agent.close();
    }
  });
});
