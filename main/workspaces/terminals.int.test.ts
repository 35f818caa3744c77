import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TerminalEvent } from '@shared/contract/terminals.ts';
import { asId, type TerminalId, type WorkspaceId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sshdMissing, startSshd } from '../../e2e/fixtures/sshd.ts';
import { createHosts } from '../agent-client/hosts.ts';
import { buildAgent, startTestAgent } from '../agent-client/test-agent.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { unanswered } from '../ssh/questions.ts';
import { newPerson, targetOf } from '../ssh/test-connect.ts';
import { type WorkspaceConnection, WorkspaceProblem } from './connection.ts';
import { createTerminals, type OneTerminal, type Terminals } from './terminals.ts';

const workspaceId = asId<WorkspaceId>('6a7b1c1e-0000-4000-8000-000000000001');
const size = { cols: 80, rows: 24 };
const PROMPT = /[#$] $/;
const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

function terminalsAt(connect: () => Promise<WorkspaceConnection>): Terminals {
  const workspaces = { connectionFor: connect, follower: () => connect };
  const terminals = createTerminals({ workspaces, clock: systemClock, random: systemRandom });
  onTestFinished(() => terminals.end());
  return terminals;
}

async function localPlace() {
  const agent = await startTestAgent();
  onTestFinished(() => agent.close());
  const { client, dir } = agent;
  const connection = { client, directory: dir, host: 'this computer', platform: 'linux', link: null };
  return { agent, terminals: terminalsAt(async () => connection), dir };
}

/** A feed that is read until something was in it. */
function reading<T>(feed: AsyncIterable<T>) {
  const events: T[] = [];
  const iterator = feed[Symbol.asyncIterator]();
  return {
    events,
    async until(enough: (events: readonly T[]) => boolean): Promise<void> {
      while (!enough(events)) {
        const next = await iterator.next();
        if (next.done) throw new Error(`the feed ended with ${JSON.stringify(events.at(-1))}`);
        events.push(next.value);
      }
    },
  };
}
const textOf = (events: readonly TerminalEvent[]) =>
  Buffer.concat(
    events.map((event) => (event.type === 'output' ? event.bytes : Buffer.alloc(0))),
  ).toString();

async function opened(terminals: Terminals) {
  const one: OneTerminal = { workspaceId, terminalId: asId<TerminalId>(randomUUID()) };
  expect(await terminals.open(one, size, null)).toEqual({ ok: true, value: null });
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const output = reading(terminals.output(one, 0, leaving.signal));
  const until = (wanted: RegExp) => output.until((events) => wanted.test(textOf(events)));
  await until(PROMPT);
  const type = (text: string) => terminals.type(one, Buffer.from(text));
  return { one, output, until, type };
}

describe('terminals of a workspace', () => {
  test('opened, typed into, resized, ended: each change is a new list', async () => {
    const { terminals, dir } = await localPlace();
    const leaving = new AbortController();
    const lists = reading(terminals.watch(workspaceId, leaving.signal));
    const last = (wanted: (list: readonly TerminalSummary[]) => boolean) =>
      lists.until((all) => wanted(all.at(-1) ?? []));
    await lists.until((all) => all.length === 1);
    expect(lists.events).toEqual([[]]);
    const { one, output, until, type } = await opened(terminals);
    await last((list) => list.length === 1);
    expect(lists.events.at(-1)).toMatchObject([
      { id: one.terminalId, title: 'sh', directory: dir, ...size, state: 'running', exitCode: null },
    ]);
    expect(output.events[0]).toEqual({ type: 'attached', total: expect.any(Number) });
    expect(await terminals.resize(one, { cols: 99, rows: 30 })).toEqual({ ok: true, value: null });
    // One key after the other, as a person types: none waits for the answer to the one before.
    await Promise.all('stty size; exit 3\r'.split('').map(type));
    await until(/^30 99\r$/m);
    await output.until((events) => events.at(-1)?.type === 'end');
    expect(output.events.at(-1)).toEqual({ type: 'end', state: 'ended', exitCode: 3 });
    await last((list) => list[0]?.state === 'ended');
    expect(lists.events.at(-1)).toMatchObject([{ exitCode: 3 }]);
    expect(await type('x')).toMatchObject({ ok: false, error: { code: 'ended' } });
    expect(await terminals.close(one)).toEqual({ ok: true, value: null });
    await last((list) => list.length === 0);
    leaving.abort();
  });

  test('the cursor goes on where it was left, and a later look has all of it', async () => {
    const { terminals } = await localPlace();
    const { one, output, until, type } = await opened(terminals);
    await type(`echo fi''rst\r`);
    await until(/^first\r\n[#$] $/m);
    const at = output.events.findLast((event) => event.type === 'output')?.next ?? 0;
    await type(`echo sec''ond\r`);
    await until(/^second\r\n[#$] $/m);
    const left = new AbortController();
    onTestFinished(() => left.abort());
    const later = reading(terminals.output(one, at, left.signal));
    await later.until((events) => /second\r\n[#$] $/.test(textOf(events)));
    expect(textOf(later.events)).not.toContain('first');
    expect(later.events[0]).toEqual({ type: 'attached', total: expect.any(Number) });
    const whole = reading(terminals.output(one, 0, left.signal));
    await whole.until((events) => textOf(events) === textOf(output.events));
  });

  test('an agent that dies: the feed says that the terminal is lost, and so does the list', async () => {
    const { terminals, agent } = await localPlace();
    const { one, output, type } = await opened(terminals);
    await agent.kill();
    await output.until((events) => events.at(-1)?.type === 'end');
    expect(output.events.at(-1)).toEqual({ type: 'end', state: 'lost', exitCode: null });
    const left = new AbortController();
    onTestFinished(() => left.abort());
    const lists = reading(terminals.watch(workspaceId, left.signal));
    await lists.until((all) => all.length > 0);
    expect(lists.events).toMatchObject([[{ id: one.terminalId, state: 'lost' }]]);
    expect(await type('x')).toMatchObject({ error: { code: 'ended' } });
  });

  test('refusals are values, each with a sentence for the person', async () => {
    const { terminals, dir } = await localPlace();
    const one = { workspaceId, terminalId: asId<TerminalId>('6a7b1c1e-0000-4000-8000-000000000009') };
    for (const directory of ['none', `${dir}/none`])
      expect(await terminals.open(one, size, directory)).toEqual({
        ok: false,
        error: { code: 'not-found', message: `There is no directory ${dir}/none.` },
      });
    expect(await terminals.resize(one, size)).toMatchObject({ error: { code: 'not-found' } });
    expect(await terminals.close(one)).toEqual({ ok: true, value: null });
    const nowhere = terminalsAt(() => Promise.reject(new WorkspaceProblem('unreachable', 'it sleeps')));
    expect(await nowhere.type(one, Buffer.from('x'))).toEqual({
      ok: false,
      error: { code: 'unreachable', message: 'It sleeps.' },
    });
  });

  test('the end of the app ends the feeds and leaves the terminals', async () => {
    const { terminals, agent, dir } = await localPlace();
    const { output } = await opened(terminals);
    const listed = reading(terminals.watch(workspaceId, new AbortController().signal));
    await listed.until((all) => all.length === 1);
    const ends = [output, listed].map((feed) =>
      feed.until(() => false).catch((error: Error) => error.message),
    );
    terminals.end();
    for (const message of await Promise.all(ends)) expect(message).toContain('the feed ended');
    const { terminals: still } = await agent.client.listTerminals(dir, null, {
      signal: AbortSignal.timeout(60_000),
    });
    expect(still).toMatchObject([{ state: 'running' }]);
  });
});

describe.skipIf(missing)('terminals over a real SSH server', () => {
  async function remotePlace() {
    const sshd = await startSshd();
    onTestFinished(() => sshd.dispose());
    const dir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'gaffer-remote-term-')));
    onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }));
    const hosts = createHosts({
      agentFile: await buildAgent(),
      person: await newPerson(dir, [sshd]),
      questions: unanswered,
      remoteHome: path.join(dir, 'remote home'),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    });
    onTestFinished(() => hosts.close());
    const host = hosts.host({ target: targetOf(sshd), identityFile: sshd.clientKey });
    const signal = AbortSignal.timeout(60_000);
    onTestFinished(() => host.client.shutdown(true, { signal }));
    const connection = {
      client: host.client,
      directory: dir,
      host: 'a host',
      platform: 'linux',
      link: null,
    };
    return { sshd, host, terminals: terminalsAt(async () => connection) };
  }

  test('a connection that is cut: the terminal goes on, and what was typed is typed once', async () => {
    const { sshd, terminals } = await remotePlace();
    const { one, output, until, type } = await opened(terminals);
    await type(`x=; stty -echo; echo rea''dy\r`);
    await until(/^ready\r$/m);
    for (let round = 1; round <= 3; round++) {
      const typed = Array.from({ length: 40 }, (_, at) => type(`x=\${x}${at % 10}\r`));
      expect(await sshd.cut()).toBeGreaterThan(0);
      for (const done of await Promise.all(typed)) expect(done).toEqual({ ok: true, value: null });
      await type(`echo "round ${round} is $x."; x=\r`);
      await until(new RegExp(`round ${round} is .*\\.`));
    }
    const rounds = [...textOf(output.events).matchAll(/round \d is (\d*)\./g)].map((match) => match[1]);
    expect(rounds).toEqual(Array.from({ length: 3 }, () => '0123456789'.repeat(4)));
    expect(await terminals.resize(one, { cols: 77, rows: 11 })).toEqual({ ok: true, value: null });
    await type('stty size\r');
    await until(/^11 77\r$/m);
    expect(await terminals.close(one)).toEqual({ ok: true, value: null });
  });
});
