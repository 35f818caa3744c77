import fs from 'node:fs';
import path from 'node:path';
import { capture, root, say as sayOnTerminal } from './lib/run.mjs';

/** `npm ci` when the packages are missing or older than the lock file. */
export function ensurePackages({ say = sayOnTerminal } = {}) {
  const installed = changedAt(path.join(root, 'node_modules/.package-lock.json'));
  if (installed >= changedAt(path.join(root, 'package-lock.json'))) return;
  say('Packages: installing …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  capture(npm, ['ci', '--no-audit', '--no-fund'], {
    timeout: 15 * 60_000,
    shell: process.platform === 'win32',
  });
  const now = new Date();
  fs.utimesSync(path.join(root, 'node_modules/.package-lock.json'), now, now);
}

function changedAt(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
