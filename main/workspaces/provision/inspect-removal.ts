import type { Found, FoundCommit, RemovalFindings } from '@shared/model/workspace.ts';
import type { AgentClient } from '../../agent-client/client.ts';
import { readScript, type ScriptPlace, untilReached } from './run-script.ts';
import { inspectRequest, type Machine, type MadeWorkspace } from './script-request.ts';

/** Listed at most, of each kind. */
const LISTED = 20;

export const NOTHING: RemovalFindings = {
  directory: null,
  branch: null,
  uncommitted: none(),
  unpushed: none(),
  unmerged: none(),
  processes: none(),
  unknown: null,
};

/** What would be lost with it. Throws as the agent's client does, or the signal's reason. */
export async function inspectRemoval(
  place: ScriptPlace,
  workspace: MadeWorkspace,
  look: { readonly machine: Machine; readonly key: string; readonly signal: AbortSignal },
): Promise<RemovalFindings> {
  const { key, signal, machine } = look;
  const { directory, making } = workspace;
  const request = inspectRequest(workspace, machine);
  const text = await readScript(place, { key, request }, signal);
  if (text === null) {
    return { ...NOTHING, directory, unknown: `git could not look at ${directory}.` };
  }
  const told = parseInspection(text);
  const base = { ...NOTHING, directory, branch: making.facts.branch };
  if (told.is === 'missing') return base;
  const processes = await untilReached(place, signal, (client) => runningIn(client, directory, signal));
  if (told.is === 'plain') {
    const uncommitted = await untilReached(place, signal, (client) => namesIn(client, directory, signal));
    return { ...base, branch: null, uncommitted, processes };
  }
  const changed = await untilReached(place, signal, (client) => changesIn(client, directory, signal));
  return {
    ...base,
    branch: told.is === 'worktree' ? making.facts.branch : null,
    uncommitted: joined(changed.files, told.stash),
    unpushed: told.unpushed,
    unmerged: told.unmerged,
    processes,
    unknown: changed.unknown ?? (told.linked > 0 ? `${told.linked} other worktrees belong to it.` : null),
  };
}

/** Whether removing it needs the person's word. Commits of a worktree that only its own repository has are kept there. */
export function wouldLose(findings: RemovalFindings): boolean {
  const { directory, branch, uncommitted, unpushed, unmerged, processes, unknown } = findings;
  if (directory === null) return false;
  const isClone = branch === null;
  return (
    uncommitted.count + unmerged.count + processes.count > 0 ||
    (isClone && unpushed.count > 0) ||
    unknown !== null
  );
}

interface Inspection {
  readonly is: 'missing' | 'plain' | 'clone' | 'worktree';
  readonly unpushed: Found<FoundCommit>;
  readonly unmerged: Found<FoundCommit>;
  readonly stash: Found<string>;
  readonly linked: number;
}

/** The lines of the script `INSPECT`. */
export function parseInspection(text: string): Inspection {
  const lines = text.split('\n');
  const after = (start: string) => lines.find((line) => line.startsWith(start))?.slice(start.length) ?? '';
  const rest = (start: string) =>
    lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
  const list = <T>(name: string, read: (line: string) => T): Found<T> => ({
    count: Number(after(`count ${name} `)) || 0,
    first: rest(`${name}:`).slice(0, LISTED).map(read),
  });
  const is = after('is ');
  return {
    is: is === 'missing' || is === 'plain' || is === 'worktree' ? is : 'clone',
    unpushed: list('unpushed', commitOf),
    unmerged: list('unmerged', commitOf),
    stash: list('stash', (line) => line),
    linked: Number(after('linked ')) || 0,
  };
}

function commitOf(line: string): FoundCommit {
  const at = line.indexOf(' ');
  return at < 0
    ? { hash: line, subject: '' }
    : { hash: line.slice(0, at), subject: line.slice(at + 1, at + 200) };
}

async function runningIn(
  client: AgentClient,
  directory: string,
  signal: AbortSignal,
): Promise<Found<string>> {
  const [processes, { terminals }] = await Promise.all([
    client.listProcesses({ signal }),
    client.listTerminals(directory, null, { signal }),
  ]);
  const running = processes.filter(({ running, workdir }) => running && isIn(workdir, directory));
  const open = terminals.filter(({ state }) => state === 'running');
  const names = [
    ...running.map(({ command }) => command),
    ...open.map(({ title }) => `terminal: ${title}`),
  ];
  return { count: names.length, first: names.slice(0, LISTED).map((name) => name.slice(0, 500)) };
}

async function namesIn(
  client: AgentClient,
  directory: string,
  signal: AbortSignal,
): Promise<Found<string>> {
  const { contents } = await client.listDirectory(directory, { signal });
  return { count: contents.length, first: contents.slice(0, LISTED).map(({ name }) => name) };
}

async function changesIn(
  client: AgentClient,
  directory: string,
  signal: AbortSignal,
): Promise<{ files: Found<string>; unknown: string | null }> {
  const status = await client.gitStatus(directory, { signal });
  if (status.kind !== 'status') return { files: none(), unknown: `git could not look at ${directory}.` };
  const { files, truncated, operation } = status;
  return {
    files: { count: files.length, first: files.slice(0, LISTED).map(({ path }) => path) },
    unknown: operation ? `A ${operation} has begun there.` : truncated ? 'There are more changes.' : null,
  };
}

export function isIn(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function joined<T>(one: Found<T>, other: Found<T>): Found<T> {
  return { count: one.count + other.count, first: [...one.first, ...other.first].slice(0, LISTED) };
}

function none<T>(): Found<T> {
  return { count: 0, first: [] };
}
