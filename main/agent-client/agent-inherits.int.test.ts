import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from './test-agent.ts';

let agent: TestAgent;
beforeEach(async () => {
  agent = await startTestAgent();
});
afterEach(() => agent.close());

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

test.skipIf(process.platform !== 'linux')('an agent holds nothing open of whoever started it', async () => {
  const file = path.join(agent.dir, 'held');
  const held = openSync(file, 'w');
  const home = path.join(agent.dir, 'other-home');
  // Node itself takes care of the low numbers, up to the first gap; Chromium's are high.
  const gap = Array.from({ length: 60 }, () => 'ignore' as const);
  const serve = spawn(process.execPath, [agent.agentFile, 'serve', '--home', home], {
    stdio: ['ignore', 'pipe', 'inherit', ...gap, held],
  });
  if (!serve.stdout) throw new Error('the agent has no output');
  const { pid } = JSON.parse(await text(serve.stdout)) as { pid: number };
  try {
    expect(openFiles(process.pid)).toContain(file);
    expect(openFiles(pid)).not.toContain(file);
  } finally {
    closeSync(held);
    process.kill(pid, 'SIGKILL');
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
});
