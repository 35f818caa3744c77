import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { followProcess, type TestProcess } from '../ssh/test-process.ts';
import type { AgentCall, KeyedCall } from './client.ts';
import { createHosts, type RemoteHost } from './hosts.ts';
import { newTestPlace, type TestPlace } from './test-place.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

const call: AgentCall = { signal: new AbortController().signal };
let nextKey = 0;
const keyed = (): KeyedCall => ({ ...call, key: `upgrade:${process.pid}:${nextKey++}` });

let base: string;
let builds: readonly string[];
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer-upgrade-'));
  const first = await buildAgent(path.join(base, 'bundle'));
  const text = await readFile(first, 'utf8');
  const others = [1, 2, 3].map(async (nth) => {
    const file = path.join(base, `build-${nth}.cjs`);
    await writeFile(file, `${text}\n// ${nth}\n`);
    return file;
  });
  builds = [first, ...(await Promise.all(others))];
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

/** As the app with that build sees the host of `place`; whatever it starts is ended. */
async function withBuild(
  place: TestPlace,
  nth: number,
  idleMs?: number,
): Promise<{ host: RemoteHost; agent: TestProcess }> {
  const deps = { ...place.deps, agentFile: builds[nth] ?? '' };
  const hosts = createHosts(idleMs === undefined ? deps : { ...deps, idleMs });
  const host = hosts.host(place.config);
  const agent = await followProcess((await host.client.hello(call)).pid);
  onTestFinished(async () => {
    await hosts.close();
    await agent.kill('SIGTERM');
    await agent.gone();
  });
  return { host, agent };
}

const newPlace = () => newTestPlace(base, {}, { agentFile: builds[0] ?? '' });

describe.skipIf(missing)('a newer agent on a host', () => {
  test('starts beside the old one, knows its commands and its journal; the old one ends when they have', async () => {
    const place = await newPlace();
    const go = path.join(place.dir, 'go');
    const old = await withBuild(place, 0, 500);
    const command = `echo started >> '${place.dir}/starts'; while [ ! -e '${go}' ]; do sleep 0.05; done; echo end`;
    const start = keyed();
    const { id } = await old.host.client.startProcess({ command }, start);
    // It may have been another one until there was something to stay for.
    const oldAgent = await followProcess((await old.host.client.hello(call)).pid);
    const { journal } = await old.host.client.hello(call);
    const note = path.join(place.dir, 'note');
    const write = keyed();
    await old.host.client.writeFile(note, 'as the old one wrote it', write);
    await old.host.close();

    const fresh = await withBuild(place, 1);
    expect(fresh.agent.pid).not.toBe(oldAgent.pid);
    expect((await fresh.host.client.hello(call)).journal).toBe(journal);
    expect(await fresh.host.client.listProcesses(call)).toMatchObject([{ id, running: true }]);
    expect(await fresh.host.client.startProcess({ command }, start)).toMatchObject({ id });
    await writeFile(note, 'changed since');
    await fresh.host.client.writeFile(note, 'as the old one wrote it', write);
    expect(await readFile(note, 'utf8')).toBe('changed since');
    await expect(fresh.host.client.writeFile(note, 'something else', write)).rejects.toMatchObject({
      code: 'key-reused',
    });
    expect(await oldAgent.isAlive()).toBe(true);

    await writeFile(go, '');
    expect(await fresh.host.client.processOutput(id, true, call)).toMatchObject({
      output: 'end\n',
      exit_code: 0,
    });
    expect(await readFile(path.join(place.dir, 'starts'), 'utf8')).toBe('started\n');
    await oldAgent.gone();
    expect((await fresh.host.client.hello(call)).pid).toBe(fresh.agent.pid);
  });

  test('removes older versions but for the newest and those whose agents live, and uploads that never arrived', async () => {
    const place = await newPlace();
    const versions = path.join(place.dir, 'remote home/agent');
    const living = await withBuild(place, 0);
    const names = [...(await readdir(versions))];
    for (const nth of [1, 2]) {
      const { host, agent } = await withBuild(place, nth);
      await host.client.shutdown(true, call);
      await agent.gone();
      names.push(...(await readdir(versions)).filter((name) => !names.includes(name)));
    }
    expect(names).toHaveLength(3);
    const [first = '', second = '', third = ''] = names;
    const torn = path.join(versions, third, '.gaffer.torn.part');
    await writeFile(torn, 'half');
    // As if they had been put there on three days, long ago.
    await Promise.all(
      [path.join(versions, first), path.join(versions, second), torn, path.join(versions, third)].map(
        (file, day) => utimes(file, 86_400 * day, 86_400 * day),
      ),
    );
    const { host, agent } = await withBuild(place, 2);
    await expect.poll(() => existsSync(torn), { timeout: 60_000 }).toBe(false);
    await host.client.shutdown(true, call);
    await agent.gone();
    await utimes(path.join(versions, third), 86_400 * 3, 86_400 * 3);

    await withBuild(place, 3);
    await expect.poll(() => existsSync(path.join(versions, second)), { timeout: 60_000 }).toBe(false);
    const left = await readdir(versions);
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining([first, third]));
    const run = path.join(place.dir, 'remote home/run');
    const traces = await readdir(run, { recursive: true });
    expect(traces.some((name) => name.includes(second.slice(0, 12)))).toBe(false);
    expect((await living.host.client.hello(call)).pid).toBe(living.agent.pid);
  });
});
