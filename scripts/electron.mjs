// A working Electron on this machine.
//   node scripts/electron.mjs --print   prints the path of its executable, nothing else, on standard output
//   node scripts/electron.mjs --json    the same with version and origin
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fallback, hasFallback, installFallback, isComplete } from './lib/electron-fallback.mjs';
import { say as sayOnTerminal } from './lib/run.mjs';

const require = createRequire(import.meta.url);
const executableIn = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};
const executable = executableIn[process.platform] ?? 'electron';

export function cacheDir() {
  if (process.env.GAFFER_CACHE) return path.resolve(process.env.GAFFER_CACHE);
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'gaffer');
}

/**
 * `{ exe, dist, version, source }`. Tried in this order: ELECTRON_OVERRIDE_DIST_PATH, the package's own binary,
 * an earlier fallback (before any download, so that working offline costs nothing), the package's own
 * installer, the fallback. Throws with one sentence when there is none.
 */
export async function ensureElectron({ say = sayOnTerminal } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override && has(override)) return found(override, versionOf(override), 'override');

  const packageDir = path.dirname(require.resolve('electron/package.json'));
  const wanted = require('electron/package.json').version;
  const official = path.join(packageDir, 'dist');
  const hasOfficial = () => has(official) && versionOf(official) === wanted;
  if (hasOfficial()) return found(official, wanted, 'official');

  const name = `electron-${fallback.version}-${process.platform}-${process.arch}`;
  const cached = path.join(cacheDir(), name);
  if (isComplete(cached)) return found(cached, fallback.version, 'cache');

  say(`Electron: fetching ${wanted} …`);
  const reason = installOfficial(packageDir);
  if (hasOfficial()) return found(official, wanted, 'official');
  if (!hasFallback) throw new Error(`Electron ${wanted} could not be downloaded (${reason}).`);
  say(`Electron: ${wanted} could not be downloaded (${reason}).`);
  await installFallback(cached, say);
  return found(cached, fallback.version, 'fallback');
}

/** What electron-vite and the electron package look for. */
export function electronEnv(electron) {
  return { ELECTRON_OVERRIDE_DIST_PATH: electron.dist, ELECTRON_EXEC_PATH: electron.exe };
}

function found(dist, version, source) {
  return { exe: path.join(dist, executable), dist, version, source };
}

function has(dist) {
  return fs.existsSync(path.join(dist, executable));
}

function versionOf(dist) {
  try {
    return fs.readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return 'unknown';
  }
}

function installOfficial(packageDir) {
  const done = spawnSync(process.execPath, [path.join(packageDir, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 10 * 60_000,
  });
  if (done.status === 0) return 'its installer left no binary';
  const line = (done.stderr ?? '').split('\n').find((text) => /error/i.test(text));
  return line?.trim() ?? `its installer ended with ${done.status ?? done.signal}`;
}

if (process.argv[1] === import.meta.filename) {
  try {
    const electron = await ensureElectron();
    const answer = process.argv.includes('--json') ? JSON.stringify(electron) : electron.exe;
    process.stdout.write(`${answer}\n`);
  } catch (error) {
    sayOnTerminal(String(error instanceof Error ? error.message : error));
    process.exitCode = 1;
  }
}
