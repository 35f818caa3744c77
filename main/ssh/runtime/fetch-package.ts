import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { RuntimePackage } from './packages.ts';

const run = promisify(execFile);

export interface FetchPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home of the person at this computer: its `.npmrc` may name a registry. */
  readonly home: string;
  /** An empty directory: the archive is put there. */
  readonly dir: string;
}

export type Said = (summary: string) => void;

/** Answers the archive's path; what is in it has still to be checked. Throws. */
type Way = (wanted: RuntimePackage, place: FetchPlace, say: Said, signal: AbortSignal) => Promise<string>;

/**
 * npm itself knows the person's registry, proxy, certificates and sign-in best, but is not everywhere, and an app that
 * was started from a desktop may not see it.
 */
export const fetchWays: readonly Way[] = [packWithNpm, download];

const FETCH_MS = 15 * 60_000;
/** The archives have 52 MB. */
const LARGEST = 100 * 1024 * 1024;
const MB = 1_000_000;
/** What npm uses where nobody says otherwise. */
const PUBLIC_REGISTRY = 'https://registry.npmjs.org/';

async function packWithNpm(
  wanted: RuntimePackage,
  { env, dir }: FetchPlace,
  say: Said,
  signal: AbortSignal,
): Promise<string> {
  // A script that only its shell can start; the shell would read our arguments once more.
  if (process.platform === 'win32') throw new Error('npm is not asked on Windows');
  say(`Fetching Node.js ${wanted.version} with npm (about 50 MB)`);
  const spec = `${wanted.name}@${wanted.version}`;
  const args = ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', dir];
  await run('npm', args, { cwd: dir, env: { ...env }, timeout: FETCH_MS, signal });
  return path.join(dir, archiveName(wanted));
}

async function download(
  wanted: RuntimePackage,
  place: FetchPlace,
  say: Said,
  signal: AbortSignal,
): Promise<string> {
  const base = (await registryOf(place)).replace(/\/*$/, '/');
  const url = new URL(`${wanted.name}/-/${archiveName(wanted)}`, base);
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]) });
  if (!answer.ok || answer.body === null) throw new Error(`the registry answered ${answer.status}`);
  const file = path.join(place.dir, archiveName(wanted));
  let bytes = 0;
  const counted = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > LARGEST) throw new Error('the registry sends too much');
      say(`Fetching Node.js ${wanted.version}: ${Math.floor(bytes / MB)} MB`);
      yield chunk;
    }
  };
  await pipeline(counted(Readable.fromWeb(answer.body)), createWriteStream(file), { signal });
  return file;
}

export function archiveName({ name, version }: RuntimePackage): string {
  return `${name}-${version}.tgz`;
}

/** As npm looks for it: the environment, the person's file, npm's own default. */
async function registryOf({ env, home }: FetchPlace): Promise<string> {
  const named = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY'];
  if (named) return named;
  const file = env['npm_config_userconfig'] ?? path.join(home, '.npmrc');
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^\s*registry\s*=\s*"?([^"\s]+)/m.exec(text)?.[1] ?? PUBLIC_REGISTRY;
}
