import { execFile } from 'node:child_process';
import { LinkFault } from '../fault.ts';
import type { HostQuery, RawOptions } from './evaluate-config.ts';
import type { Person } from './person.ts';

const LIMIT_MS = 15_000;

/**
 * What OpenSSH itself makes of its configuration; null: it is not installed. Throws LinkFault `configuration` with its
 * own words. `file` stands for the person's and the system's.
 */
export async function askSshProgram(
  query: HostQuery,
  person: Person,
  signal: AbortSignal,
  file: string | null = null,
): Promise<RawOptions | null> {
  const args = [
    ...(file === null ? [] : ['-F', file]),
    ...(query.user === null ? [] : ['-l', query.user]),
    ...(query.port === null ? [] : ['-p', String(query.port)]),
    '-G',
    // What follows is a name, whatever it looks like.
    '--',
    query.alias,
  ];
  const answer = await run(args, person.env, signal);
  return answer === null ? null : parseAnswer(answer);
}

export function parseAnswer(text: string): RawOptions {
  const values = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const isList = keyword.endsWith('knownhostsfile');
    values.set(keyword, isList ? splitPaths(value) : [...(values.get(keyword) ?? []), value]);
  }
  return values;
}

/** They stand without quotes: what begins no path goes on with the one before. */
function splitPaths(value: string): readonly string[] {
  return value.split(/ (?=[/~]|[A-Za-z]:[/\\]|none$)/);
}

function run(args: readonly string[], env: Person['env'], signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = { env, signal, timeout: LIMIT_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    execFile('ssh', args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') resolve(null);
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(configurationFault(stderr.trim() || error.message));
    });
  });
}

function configurationFault(said: string): LinkFault {
  const [line] = said.split('\n');
  return new LinkFault(
    'configuration',
    `OpenSSH refuses the SSH configuration: ${line}`,
    said,
    'Correct the SSH configuration; "ssh -G" with the name of the host shows whether it is right.',
  );
}
