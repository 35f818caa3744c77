import { lstatSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../base/home.ts';
import type { Log } from '../base/log-file.ts';
import { isAlive } from '../base/process-identity.ts';
import { getAddress } from './address-file.ts';
import { holderOf } from './lock.ts';

/** Besides those whose agents live: the newest, of which ours is one. */
const KEPT = 2;
/** Somebody may be about to start what has just been uploaded. */
const FRESH_MS = 3_600_000;

/**
 * Removes what earlier versions left in this home: their files below `agent/` and `runtime/`, uploads that never
 * arrived. What a living agent may need stays, also that of another host which shares the home.
 */
export async function removeOldVersions(home: Home, agentFile: string, log: Log): Promise<void> {
  const versions = path.join(home.root, 'agent');
  // Where the agent's file lies elsewhere, as on the person's own computer, nothing of this is ours to keep in order.
  if (path.dirname(path.dirname(agentFile)) !== realPath(versions)) return;
  const living = await livingVersions(home);
  const own = path.basename(path.dirname(agentFile));
  const others = newestFirst(versions).filter((name) => name !== own);
  for (const name of others.slice(KEPT - 1)) {
    if ([...living].some((version) => name.startsWith(version)) || isFresh(path.join(versions, name)))
      continue;
    rmSync(path.join(versions, name), { recursive: true, force: true });
    removeTraces(home, name.slice(0, 12));
    log('removed an old version', { version: name });
  }
  removeTornUploads(path.dirname(agentFile));
  removeRuntimes(path.join(home.root, 'runtime'), living.size > 1, log);
}

/** What a dead agent of that version left of its running. */
function removeTraces(home: Home, version: string): void {
  const socket = getAddress(home, version)?.socket;
  const files = ['json', 'lock', 'askpass'].map((kind) => path.join(home.run, `${version}.${kind}`));
  for (const file of socket === undefined ? files : [socket, ...files]) rmSync(file, { force: true });
}

/** By the first digits of their hash, as their locks are named. */
async function livingVersions(home: Home): Promise<ReadonlySet<string>> {
  const living = new Set<string>();
  for (const host of readdirSync(path.dirname(home.run))) {
    const run = path.join(path.dirname(home.run), host);
    for (const name of namesIn(run).filter((entry) => entry.endsWith('.lock'))) {
      const holder = holderOf(path.join(run, name));
      // Processes of another host cannot be seen from here.
      const lives = run !== home.run || (holder !== null && (await isAlive(holder)));
      if (lives) living.add(name.slice(0, -'.lock'.length));
    }
  }
  return living;
}

function newestFirst(dir: string): readonly string[] {
  return namesIn(dir)
    .map((name) => ({ name, at: statSync(path.join(dir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.at - one.at)
    .map(({ name }) => name);
}

function removeTornUploads(dir: string): void {
  for (const name of namesIn(dir)) {
    const file = path.join(dir, name);
    if (name.endsWith('.part') && !isFresh(file)) rmSync(file, { force: true });
  }
}

/** A runtime is a hundred megabytes; an older agent that lives may start its commands with an older one. */
function removeRuntimes(dir: string, othersLive: boolean, log: Log): void {
  const own = path.relative(realPath(dir), process.execPath).split(path.sep)[0];
  if (own === undefined || own === '..' || othersLive) return removeTornUploads(dir);
  for (const name of namesIn(dir)) {
    if (name === own || isFresh(path.join(dir, name))) continue;
    rmSync(path.join(dir, name), { recursive: true, force: true });
    log('removed an old runtime', { runtime: name });
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function isFresh(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < FRESH_MS;
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
