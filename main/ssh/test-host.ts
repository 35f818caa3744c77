import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import { onTestFinished } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { type BootstrapDeps, type Bootstrapped, bootstrap } from './bootstrap.ts';
import { connect } from './connect.ts';
import type { Session } from './session.ts';
import { connectOptions, newPerson, targetOf } from './test-connect.ts';
import { followProcess } from './test-process.ts';
import { Trace } from './trace.ts';

/** Real SSH servers and agents for tests of this folder, gone when their test is over. */
export interface TestHost {
  readonly session: Session;
  readonly sshd: Sshd;
}

const never = new AbortController().signal;

export async function openHost(options: SshdOptions = {}): Promise<TestHost> {
  const sshd = await startSshd(options);
  onTestFinished(() => sshd.dispose());
  return { session: await openSession(sshd), sshd };
}

export async function openSession(sshd: Sshd): Promise<Session> {
  const person = await newPerson(path.join(sshd.dir, 'person'), [sshd]);
  const options = connectOptions(person, targetOf(sshd), { identityFile: sshd.clientKey });
  const session = await connect(options, never);
  onTestFinished(() => session.close());
  return session;
}

/** A directory below /tmp, with a name that no shell likes. */
export async function newDirectory(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), `gaffer it's Ünïcode `));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return dir;
}

export interface TestDeps extends BootstrapDeps {
  readonly trace: Trace;
}

/** For one look at a host, with a trace of its own. */
export function depsFor(agent: Buffer, agentHome: string, change: Partial<BootstrapDeps> = {}): TestDeps {
  return {
    agent,
    agentHome,
    host: 'test host',
    idleMs: 3_600_000,
    runtimes: null,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    ...change,
    trace: new Trace('test host', systemClock, () => undefined),
  };
}

/** As at a first connection; the agent ends with the test. */
export async function bringUp(session: Session, deps: BootstrapDeps): Promise<Bootstrapped> {
  const found = await bootstrap(session, deps, { trust: true, tcp: false }, never);
  endLater(found.address);
  return found;
}

/** The agent that answers there now ends with the test. */
export function endLater({ pid }: AgentAddress): void {
  const following = followProcess(pid);
  onTestFinished(async () => {
    const agent = await following;
    await agent.kill('SIGTERM');
    await agent.gone();
  });
}

/** Killed, and gone. */
export async function killAgent({ pid }: AgentAddress): Promise<void> {
  const agent = await followProcess(pid);
  await agent.kill('SIGKILL');
  await agent.gone();
}

/** The stages of a trace in short: `stage:state`. */
export function stagesOf(trace: Trace): readonly string[] {
  return trace.get().stages.map(({ stage, state }) => `${stage}:${state}`);
}

export async function loadAgent(dir: string): Promise<Buffer> {
  return readFile(await buildAgent(dir));
}
