import { realpathSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { ServeFailure } from '@shared/agent-protocol/index.ts';
import { versionOf } from './base/hash.ts';
import { refusalOf } from './base/refusal.ts';
import { type ScanTask, scanTree } from './files/scan-tree.ts';
import { launch } from './processes/launcher.ts';
import { askpass } from './serve/askpass.ts';
import { bridgeToAgent } from './serve/bridge-to-agent.ts';
import { type RunOptions, runAgent } from './serve/run-agent.ts';
import { listenOnPort, NO_ROOM, serveDetached, TAKEN } from './serve/serve-detached.ts';

const IDLE_MS = 10 * 60_000;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { home: { type: 'string' }, 'idle-ms': { type: 'string' }, tcp: { type: 'boolean' } },
  });
  if (positionals[0] === 'launch') {
    await launch();
    return 0;
  }
  const agentFile = realpathSync(process.argv[1] ?? '');
  if (!values.home) throw new Error('--home is required');
  const idleMs = Number(values['idle-ms'] ?? IDLE_MS);
  if (!(idleMs > 0)) throw new Error('--idle-ms must be a positive number');
  const options: RunOptions = {
    home: path.resolve(values.home),
    agentFile,
    version: versionOf(agentFile),
    idleMs: Math.min(idleMs, 2 ** 31 - 1),
  };
  if (positionals[0] === 'run') return (await runAgent(options)) ? 0 : TAKEN;
  if (positionals[0] === 'bridge') return bridgeToAgent(options);
  if (positionals[0] === 'askpass') return askpass(options, positionals[1] ?? '');
  if (positionals[0] !== 'serve')
    throw new Error('usage: agent (serve | run | bridge | askpass) --home DIR [--idle-ms N] [--tcp]');
  const address = await serveDetached(options);
  process.stdout.write(`${JSON.stringify(values.tcp ? await listenOnPort(address) : address)}\n`);
  return 0;
}

function run(): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      const { code } = refusalOf(error, 'the agent');
      const failure: ServeFailure = { error: error instanceof Error ? error.message : String(error), code };
      process.stdout.write(`${JSON.stringify(failure)}\n`);
      process.exit(code === 'disk-full' ? NO_ROOM : 1);
    },
  );
}

// A thread of the server is this very file, started by `Scanner`.
if (isMainThread) run();
else scanTree(workerData as ScanTask, (word) => parentPort?.postMessage(word));
