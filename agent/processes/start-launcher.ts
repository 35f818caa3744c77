import { spawn } from 'node:child_process';
import { FAILPOINT_VARIABLE } from '@shared/util/failpoints.ts';
import { failpoint } from '../base/failpoints.ts';
import { Refusal } from '../base/refusal.ts';
import type { Wake } from '../base/wake.ts';
import type { LaunchOrder } from './launcher.ts';
import { wasStarted } from './run-files.ts';

const START_MS = 20_000;

/**
 * Resolves when the command runs, or ran before. Each word of the launcher notifies `wake`. Throws when it is
 * certain that the command was not started.
 */
export async function startLauncher(order: LaunchOrder, agentFile: string, wake: Wake): Promise<void> {
  failpoint('before-spawn');
  const child = spawn(process.execPath, [agentFile, 'launch'], {
    cwd: '/',
    env: launcherEnv(),
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.unref();
  const spoke = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      // Dead first, then we look: it must not start the command after we said that it did not.
      child.kill('SIGKILL');
    }, START_MS);
    const done = () => {
      clearTimeout(timer);
      wake.notify();
      resolve();
    };
    child.stdout.on('data', done);
    child.once('error', done);
    child.once('exit', done);
  });
  child.stdout.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(order));
  if ('unref' in child.stdout && typeof child.stdout.unref === 'function') child.stdout.unref();
  failpoint('after-spawn');
  await spoke;
  if (!wasStarted(order.dir)) throw new Refusal(500, 'io', 'the command could not be started');
}

function launcherEnv(): NodeJS.ProcessEnv {
  const failing = process.env[FAILPOINT_VARIABLE];
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    ...(process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
    ...(failing?.startsWith('launcher-') ? { [FAILPOINT_VARIABLE]: failing } : {}),
  };
}
