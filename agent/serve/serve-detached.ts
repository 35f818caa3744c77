import { spawn } from 'node:child_process';
import http from 'node:http';
import {
  AGENT_BASE,
  type AgentAddress,
  type Hello,
  type ListenResponse,
} from '@shared/agent-protocol/index.ts';
import { FAILPOINT_VARIABLE } from '@shared/util/failpoints.ts';
import { openHome } from '../base/home.ts';
import { Refusal } from '../base/refusal.ts';
import { isSecretVariable } from '../base/secret-variables.ts';
import { getAddress } from './address-file.ts';
import { closeInherited } from './inherited-files.ts';
import type { RunOptions } from './run-agent.ts';

const START_MS = 20_000;
const LOOK_MS = 25;
const LOSER_MS = 5_000;

/** Answers where the agent of this version listens; starts one when none does. */
export async function serveDetached(options: RunOptions): Promise<AgentAddress> {
  const home = openHome(options.home);
  const running = await livingAgent(getAddress(home, options.version));
  if (running) return running;
  closeInherited();
  const until = Date.now() + START_MS;
  let child = startRun(options);
  while (Date.now() < until) {
    const address = await livingAgent(getAddress(home, options.version));
    if (address) {
      // When another one was faster, ours goes by itself; it must not come late and outlive the home.
      if (address.pid !== child.pid) await Promise.race([child.ended, pause(LOSER_MS)]);
      return address;
    }
    const end = child.end();
    if (end === NO_ROOM) throw new Refusal(507, 'disk-full', 'its disk is full');
    if (end !== null && end !== TAKEN) throw new Error(`the agent ended with ${end}`);
    await pause(end === null ? LOOK_MS : LOOK_MS * 8);
    // The one that held the lock is ending, or has ended since.
    if (end !== null) child = startRun(options);
  }
  throw new Refusal(504, 'timeout', 'the agent did not answer in time');
}

/** Of `run`: another agent of this version lives (EX_TEMPFAIL). */
export const TAKEN = 75;
/** Of any command: its disk is full (EX_CANTCREAT). */
export const NO_ROOM = 73;

interface Child {
  readonly pid: number | undefined;
  readonly ended: Promise<void>;
  /** Its exit code or what went wrong; null while it runs. */
  end(): number | string | null;
}

function startRun(options: RunOptions): Child {
  const args = [options.agentFile, 'run', '--home', options.home, '--idle-ms', String(options.idleMs)];
  const child = spawn(process.execPath, args, {
    cwd: '/',
    env: agentEnv(),
    detached: true,
    stdio: 'ignore',
  });
  let end: number | string | null = null;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      end = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      end = code ?? signal;
      resolve();
    });
  });
  return { pid: child.pid, ended, end: () => end };
}

/** Every command may read it below /proc. */
function agentEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === FAILPOINT_VARIABLE || !isSecretVariable(name),
  );
  return Object.fromEntries(kept);
}

async function livingAgent(address: AgentAddress | null): Promise<AgentAddress | null> {
  const hello = address && (await askHello(address));
  return address && hello ? { ...address, pid: hello.pid } : null;
}

function askHello(address: AgentAddress): Promise<Hello | null> {
  return ask<Hello>(address, 'GET', '/hello');
}

/** The agent's address with a port. Throws when it does not open one. */
export async function listenOnPort(address: AgentAddress): Promise<AgentAddress> {
  const answer = await ask<ListenResponse>(address, 'POST', '/listen');
  if (answer === null) throw new Error('the agent opens no port');
  return { ...address, port: answer.port };
}

/** Null: no answer, or another one than 200. */
function ask<T>(address: AgentAddress, method: string, below: string): Promise<T | null> {
  return new Promise((resolve) => {
    const request = http.request(
      {
        socketPath: address.socket,
        method,
        path: `${AGENT_BASE}${below}`,
        headers: { authorization: `Bearer ${address.token}` },
        timeout: 5_000,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', () => resolve(null));
        response.once('end', () => {
          if (response.statusCode !== 200) resolve(null);
          else resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as T);
        });
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(null));
    request.once('close', () => resolve(null));
    request.end();
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
