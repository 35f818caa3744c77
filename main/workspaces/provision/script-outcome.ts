import type { ScriptName } from '@shared/model/template.ts';
import type { MadeFacts, StoredState } from '../../db/made-workspaces.ts';
import type { MadeWorkspace } from './script-request.ts';
import { KEPT_BRANCH } from './scripts.ts';

/** How a script ended. `lost`: it was given up, or could not be run; `words` says why. */
export type ScriptEnd =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly output: string }
  | { readonly kind: 'lost'; readonly words: string }
  /** The person gave up making the workspace. */
  | { readonly kind: 'cancelled' };

export interface Outcome {
  readonly state: StoredState;
  readonly error: string | null;
  readonly next?: ScriptName;
  readonly deleted?: true;
}

const LAST_LINES = 12;
const LAST_CHARACTERS = 2_000;

/** What the workspace is after its script ended that way. */
export function outcomeOf({ making }: MadeWorkspace, script: ScriptName, end: ScriptEnd): Outcome {
  const { template, state } = making;
  const worked = end.kind === 'exit' && (end.exitCode === 0 || (script === 'remove' && keptBranch(end)));
  if (end.kind === 'cancelled') return { state: 'removed', error: null, deleted: true };
  const error = worked ? null : errorOf(script, end);
  switch (script) {
    case 'provision':
      if (!worked) return { state: 'failed', error };
      return template.start === undefined
        ? { state: 'running', error: null }
        : { state: 'provisioning', error: null, next: 'start' };
    case 'start':
      if (worked) return { state: 'running', error: null };
      // Its files are there, and can be worked with; a container that does not start has none.
      return { state: state === 'provisioning' ? whenNotStarted(template.kind) : state, error };
    case 'stop':
      return worked ? { state: 'stopped', error: null } : { state, error };
    case 'remove':
      return worked ? { state: 'removed', error: null, deleted: true } : { state, error };
  }
}

/** The branch was not deleted with the worktree: something was committed in the meantime. */
export function keptBranch(end: ScriptEnd): boolean {
  return end.kind === 'exit' && end.exitCode === KEPT_BRANCH;
}

/** `fact <name>=<value>` of a list of the machine, or the lines of a facts file. */
export function factsOf(lines: readonly string[]): MadeFacts {
  const last = (name: string) => {
    const line = lines.findLast((one) => one.startsWith(`${name}=`));
    return line?.slice(name.length + 1) || null;
  };
  return { repository: last('repository'), base: last('base'), branch: last('branch') };
}

function whenNotStarted(kind: MadeWorkspace['kind']): StoredState {
  return kind === 'container' ? 'failed' : 'running';
}

function errorOf(script: ScriptName, end: Exclude<ScriptEnd, { kind: 'cancelled' }>): string {
  if (end.kind === 'lost') return end.words;
  const code = end.exitCode === -1 ? 'was ended' : `ended with ${end.exitCode}`;
  const said = lastLines(end.output);
  return `The ${script} script ${code}.${said === '' ? '' : `\n${said}`}`;
}

function lastLines(output: string): string {
  // A progress line is written over and over: what stood there last counts.
  const lines = output.split('\n').map((line) => line.replace(/\r$/, '').split('\r').at(-1) ?? '');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES)
    .join('\n')
    .slice(-LAST_CHARACTERS);
}
