import fs from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

const file = path.join(root, 'node_modules/.cache/gaffer/build.lock');

/** Runs `work` while no other build of this checkout runs; two at once would empty each other's output. */
export async function withBuildLock(work) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const endsAt = Date.now() + 5 * 60_000;
  while (!take()) {
    if (Date.now() > endsAt) throw new Error(`Another build holds ${file} for five minutes.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function take() {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!holderLives()) fs.rmSync(file, { force: true });
    return false;
  }
}

function holderLives() {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'));
    if (!(pid > 0)) return true; // being written at this moment
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
