import fs from 'node:fs';
import path from 'node:path';
import { capture, root, say as sayOnTerminal } from './lib/run.mjs';

const installOptions = { timeout: 15 * 60_000, shell: process.platform === 'win32' };
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Installs the locked versions when packages are missing or older than the lock file. */
export function ensurePackages({ say = sayOnTerminal } = {}) {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (changedAt(installed) >= changedAt(path.join(root, 'package-lock.json'))) return;
  say('Packages: installing …');
  try {
    capture(npm, ['ci', '--no-audit', '--no-fund'], installOptions);
  } catch {
    // `npm ci` refuses when lock file and registry do not list the same optional binaries of foreign platforms,
    // which happens behind a registry that mirrors only some. The versions are the locked ones here too.
    capture(npm, ['install', '--no-save', '--no-audit', '--no-fund'], installOptions);
  }
  const now = new Date();
  fs.utimesSync(installed, now, now);
}

function changedAt(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
