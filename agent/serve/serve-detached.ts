import { spawn } from 'node:child_process';
import http from 'node:http';
import { AGENT_BASE, type AgentAddress, type Hello } from '@shared/agent-protocol/index.ts';
import { openHome } from '../base/home.ts';
import { getAddress } from './address-file.ts';
import type { RunOptions } from './run-agent.ts';

const START_MS = 20_000;
const LOOK_MS = 25;

/** Answers where the agent of this version listens; starts one when none does. */
export async function serveDetached(options: RunOptions): Promise<AgentAddress> {
  const home = openHome(options.home);
  const running = await livingAgent(getAddress(home, options.version));
  if (running) return running;
  const args = [options.agentFile, 'run', '--home', options.home, '--idle-ms', String(options.idleMs)];
  const child = spawn(process.execPath, args, { cwd: '/', detached: true, stdio: 'ignore' });
  let failure: string | null = null;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code) => {
    // 0 and 75: another one was faster, so there is still one to wait for.
    if (code !== 0 && code !== 75) failure = `the agent ended with ${code ?? 'a signal'}`;
  });
  child.unref();
  const until = Date.now() + START_MS;
  while (Date.now() < until && failure === null) {
    const address = await livingAgent(getAddress(home, options.version));
    if (address) return address;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(failure ?? 'the agent did not answer in time');
}

async function livingAgent(address: AgentAddress | null): Promise<AgentAddress | null> {
  const hello = address && (await askHello(address));
  return address && hello ? { ...address, pid: hello.pid } : null;
}

function askHello(address: AgentAddress): Promise<Hello | null> {
  return new Promise((resolve) => {
    const request = http.get(
      {
        socketPath: address.socket,
        path: `${AGENT_BASE}/hello`,
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
          else resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Hello);
        });
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(null));
    request.once('close', () => resolve(null));
  });
}
