import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { LinkFault } from './fault.ts';
import type { Report } from './host-report.ts';
import { ChannelRefused, type ExecResult, type Session } from './session.ts';
import { within } from './within.ts';

export interface ScriptDeps {
  readonly session: Session;
  /** How the host is called in messages. */
  readonly host: string;
  readonly clock: Clock;
  readonly random: Random;
}

const SCRIPT_MS = 90_000;

/**
 * Runs a script of POSIX sh on the host and answers its `name<TAB>value` lines, which stand between two lines of the
 * marker that it was made with; `stderr` is the end of what else it said. Throws LinkFault.
 */
export async function runScript(
  { session, host, clock, random }: ScriptDeps,
  script: (marker: string) => string,
  signal: AbortSignal,
): Promise<Report> {
  const marker = `gaffer-${random.uuid()}`;
  const result = await within({ clock, host, ms: SCRIPT_MS }, signal, (bound) =>
    // On its standard input, where no login shell parses it.
    session.exec('exec /bin/sh', script(marker), bound),
  ).catch((error: unknown) => {
    throw error instanceof ChannelRefused ? noSession(host, error) : error;
  });
  const report = parseReport(result.stdout, marker);
  if (report === null) throw notRun(host, result);
  return new Map([...report, ['stderr', tail(result.stderr)]]);
}

/** What the script said, by name; null when the frame is not complete (the shell on the host did something else). */
export function parseReport(stdout: string, marker: string): Report | null {
  const lines = stdout.split('\n').map((line) => line.replace(/\r$/, ''));
  const first = lines.indexOf(marker);
  const last = lines.lastIndexOf(marker);
  if (first < 0 || last === first) return null;
  const pairs = lines.slice(first + 1, last).flatMap((line): [string, string][] => {
    const tab = line.indexOf('\t');
    return tab < 0 ? [] : [[line.slice(0, tab), line.slice(tab + 1)]];
  });
  return new Map(pairs);
}

function noSession(host: string, error: ChannelRefused): LinkFault {
  return new LinkFault(
    'not-now',
    `${host} lets us in, but opens no session for a command.`,
    error.message,
    'Other programs may hold all that it allows; its sshd_config must allow at least one: see MaxSessions there.',
  );
}

function notRun(host: string, { stdout, stderr }: ExecResult): LinkFault {
  return new LinkFault(
    'agent',
    `${host} lets us in, but its login shell did not run our script.`,
    tail(stderr) || tail(stdout) || null,
    'Make sure that this account may run commands over SSH, and that its login shell can run "exec /bin/sh".',
  );
}

function tail(text: string): string {
  return text.slice(-2_000).trim();
}
