import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { limits } from '../base/limits.ts';
import type { SearchPattern } from './search-pattern.ts';

export interface RipgrepSearch {
  /** Without links. */
  readonly root: string;
  /** Of the agent: not searched where it lies below the root. */
  readonly ownRoot: string;
  readonly pattern: SearchPattern;
  /** The text that the pattern was made of. */
  readonly given: string;
  readonly exclude: readonly string[];
  readonly hidden: boolean;
  readonly ignored: boolean;
  /** Other files than these are not wanted. */
  isWanted(path: string): boolean;
  /** Of wanted files. */
  readonly most: number;
  readonly endsAt: number;
}

export interface FilesFound {
  /** Relative to the root, in order. */
  readonly paths: readonly string[];
  readonly cut: 'files' | 'time' | null;
}

/** The program in a search path; null: it is not there. Relative places do not count. */
export async function findRipgrep(searchPath: string): Promise<string | null> {
  for (const dir of searchPath.split(path.delimiter)) {
    const file = path.join(dir, process.platform === 'win32' ? 'rg.exe' : 'rg');
    if (!path.isAbsolute(file)) continue;
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}

/**
 * The files in which ripgrep finds the pattern, by path, at most `most`; null: it cannot do this one, being too old or of
 * another mind about the pattern. It only says where to look: what is answered is read by ourselves.
 */
export async function filesByRipgrep(
  program: string,
  search: RipgrepSearch,
  signal: AbortSignal,
): Promise<FilesFound | null> {
  const args = argumentsOf(search);
  // 1: it understood, and found nothing in nothing.
  const tried = await run(program, [...args, '/dev/null'], search, signal);
  if (tried.code !== 1) return null;
  return run(program, [...args, './'], search, signal);
}

function argumentsOf({ pattern, given, exclude, hidden, ignored, root, ownRoot }: RipgrepSearch) {
  const own = path.relative(root, ownRoot);
  const isBelow = own !== '' && !own.startsWith('..') && !path.isAbsolute(own);
  const left = [
    '.git',
    ...(isBelow ? [`/${escapeGlob(own)}`] : []),
    ...(root === '/' ? SYSTEM : []),
    ...exclude,
  ];
  return [
    '--no-config',
    '--files-with-matches',
    '--null',
    '--no-messages',
    '--color=never',
    '--sort=path',
    '--encoding=none',
    '--no-ignore-global',
    '--no-ignore-exclude',
    '--no-ignore-dot',
    `--max-filesize=${limits.searchFile}`,
    ...(hidden ? ['--hidden'] : []),
    ...(ignored ? ['--no-ignore'] : []),
    pattern.ignoreCase ? '--ignore-case' : '--case-sensitive',
    ...left.map((glob) => `--glob=!${glob}`),
    ...(pattern.rust === null ? ['--fixed-strings'] : []),
    `--regexp=${pattern.rust ?? given}`,
    '--',
  ];
}

const SYSTEM = ['/proc', '/sys', '/dev'];

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]{}!#]/g, '\\$&');
}

interface Run extends FilesFound {
  readonly code: number | null;
}

/** Ends, at the latest, with the caller's interest and the time of the search; it is gone when this resolves. */
function run(
  program: string,
  args: readonly string[],
  { root, most, endsAt, isWanted }: RipgrepSearch,
  signal: AbortSignal,
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
    const paths: string[] = [];
    let cut: FilesFound['cut'] = null;
    let rest = Buffer.alloc(0);
    const end = () => child.kill('SIGKILL');
    const timer = setTimeout(
      () => {
        cut ??= 'time';
        end();
      },
      Math.max(0, endsAt - Date.now()),
    );
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const done = (code: number | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve({ code, paths, cut });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let at = rest.indexOf(0); at !== -1 && cut === null; at = rest.indexOf(0)) {
        const found = rest.subarray(0, at).toString('utf8').replace(/^\.\//, '');
        rest = rest.subarray(at + 1);
        if (!isWanted(found)) continue;
        if (paths.length < most) paths.push(found);
        else cut = 'files';
      }
      if (cut !== null) end();
    });
    child.once('error', () => done(null));
    child.once('close', (code) => done(code));
  });
}
