import path from 'node:path';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { z } from 'zod';
import { isDeepLink, MAX_LINK } from './deep-link.ts';

/** `gaffer [FOLDER] [--approvals=ask|edit|auto] [--user-data-dir=DIR]`, all paths absolute. */
export interface Arguments {
  readonly folder: string | null;
  readonly approvals: ApprovalMode | null;
  readonly userDataDir: string | null;
  /** As it was given; who opens it reads it. */
  readonly link: string | null;
  /** What could not be understood, in one sentence; the rest is usable. */
  readonly problem: string | null;
}

const MODES: readonly ApprovalMode[] = ['ask', 'edit', 'auto'];
/** Ours, and what stands behind their `=`. */
const SWITCHES: Readonly<Record<string, string>> = {
  '--approvals': MODES.join('|'),
  '--user-data-dir': 'DIR',
};

/**
 * Pure. `argv` starts after the program (and after the app's folder in development). Switches that are not
 * ours belong to Chromium and are passed over; a program without Chromium refuses them. Paths are meant from `cwd`.
 */
export function parseArguments(
  argv: readonly string[],
  cwd: string,
  others: 'passed-over' | 'refused' = 'passed-over',
): Arguments {
  const end = argv.indexOf('--');
  const before = end < 0 ? argv : argv.slice(0, end);
  const plain = [...before.filter((arg) => !arg.startsWith('-')), ...(end < 0 ? [] : argv.slice(end + 1))];
  const folder = plain.find((arg) => arg !== '' && !isDeepLink(arg));
  const userDataDir = valueOf(before, '--user-data-dir');
  const approvals = valueOf(before, '--approvals');
  const mode = MODES.find((known) => known === approvals);
  return {
    link: before.find(isDeepLink)?.slice(0, MAX_LINK + 1) ?? null,
    folder: folder === undefined ? null : path.resolve(cwd, folder),
    approvals: mode ?? null,
    userDataDir: userDataDir ? path.resolve(cwd, userDataDir) : null,
    problem:
      problemOf(before, others) ??
      (approvals !== null && mode === undefined
        ? `--approvals=${approvals} is not known: it is ask, edit or auto.`
        : null),
  };
}

/** The first switch that nothing can be made of. What follows one of ours without a `=` would be taken for the folder. */
function problemOf(argv: readonly string[], others: 'passed-over' | 'refused'): string | null {
  const bare = argv.find((arg) => Object.hasOwn(SWITCHES, arg));
  if (bare !== undefined) return `${bare} needs its value behind a "=": ${bare}=${SWITCHES[bare]}.`;
  const isOurs = (arg: string) => Object.keys(SWITCHES).some((name) => arg.startsWith(`${name}=`));
  const unknown = argv.find((arg) => arg.startsWith('-') && !isOurs(arg));
  if (unknown === undefined || others === 'passed-over') return null;
  const known = Object.entries(SWITCHES).map(([name, value]) => `${name}=${value}`);
  return `${unknown} is not known: there are ${known.join(' and ')}.`;
}

function valueOf(argv: readonly string[], name: string): string | null {
  const last = argv.findLast((arg) => arg.startsWith(`${name}=`));
  return last === undefined ? null : last.slice(name.length + 1);
}

/** What a second start hands to the first. */
const handover = z.object({
  folder: z.string().nullable(),
  approvals: z.enum(['ask', 'edit', 'auto']).nullable(),
  link: z.string().nullable().default(null),
});

/**
 * As plain ASCII without spaces: on its way to the first process Electron trims white space off every piece between
 * two zero bytes, which spoils a path that has spaces and letters beyond Latin-1.
 */
export function packed(args: Arguments): { readonly text: string } {
  return { text: encodeURIComponent(JSON.stringify(handover.parse(args))) };
}

/** Null: nobody of ours has sent this. */
export function unpacked(raw: unknown): z.infer<typeof handover> | null {
  const { data } = z.object({ text: z.string() }).safeParse(raw);
  try {
    return handover.parse(JSON.parse(decodeURIComponent(data?.text ?? '')));
  } catch {
    return null;
  }
}
