import path from 'node:path';
import type { TerminalSize } from '@shared/agent-protocol/terminals.ts';
import type { TerminalEvent, TerminalRefusalCode } from '@shared/contract/terminals.ts';
import type { TerminalId, WorkspaceId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { LinkFault } from '../ssh/fault.ts';
import { WorkspaceProblem } from './connection.ts';
import { LineBusy, type LineEnd, TerminalLine } from './terminal-line.ts';
import { watchTerminal, watchTerminals } from './watch-terminal.ts';
import type { WorkspaceList } from './workspace-list.ts';

/** A call that a broken link holds up is given up after that. */
const CALL_MS = 30_000;

export interface TerminalsDeps {
  readonly workspaces: Pick<WorkspaceList, 'connectionFor' | 'follower'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface TerminalRefusal {
  readonly code: TerminalRefusalCode;
  readonly message: string;
}
type Answer<T> = Promise<Result<T, TerminalRefusal>>;

export interface OneTerminal {
  readonly workspaceId: WorkspaceId;
  readonly terminalId: TerminalId;
}

/** Terminals on the machines of workspaces. They live there: nothing is kept here but the way to those in use. */
export interface Terminals {
  watch(workspaceId: WorkspaceId, signal: AbortSignal): AsyncIterable<readonly TerminalSummary[]>;
  /** `directory` is absolute or below that of the workspace; null: that one. */
  open(one: OneTerminal, size: TerminalSize, directory: string | null): Answer<null>;
  output(one: OneTerminal, after: number, signal: AbortSignal): AsyncIterable<TerminalEvent>;
  type(one: OneTerminal, bytes: Uint8Array): Answer<null>;
  resize(one: OneTerminal, size: TerminalSize): Answer<null>;
  close(one: OneTerminal): Answer<null>;
  /** Feeds end, calls are given up; the terminals live on. */
  end(): void;
}

export function createTerminals({ workspaces, clock, random }: TerminalsDeps): Terminals {
  const closing = new AbortController();
  const lines = new Map<TerminalId, TerminalLine>();
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  const call = () => ({ signal: until(AbortSignal.timeout(CALL_MS)) });
  const at = (workspaceId: WorkspaceId, signal: AbortSignal) => {
    return { connect: workspaces.follower(workspaceId, signal), clock };
  };
  const lineEnd = ({ workspaceId, terminalId }: OneTerminal): LineEnd => ({
    async write(input) {
      const { client } = await workspaces.connectionFor(workspaceId);
      await client.writeTerminal(terminalId, input, call());
    },
    async resize(size) {
      const { client } = await workspaces.connectionFor(workspaceId);
      await client.resizeTerminal(terminalId, size, call());
    },
  });
  const lineOf = (one: OneTerminal) => {
    const line = lines.get(one.terminalId) ?? new TerminalLine(lineEnd(one), random.uuid());
    lines.set(one.terminalId, line);
    return line;
  };
  const onLine = async (one: OneTerminal, run: (line: TerminalLine) => Promise<void>): Answer<null> => {
    const done = await answered(() => run(lineOf(one)).then(() => null));
    if (!done.ok && done.error.code === 'ended') lines.delete(one.terminalId);
    return done;
  };

  return {
    watch: (workspaceId, signal) => watchTerminals(at(workspaceId, until(signal)), until(signal)),
    open: ({ workspaceId, terminalId }, size, directory) =>
      answered(async () => {
        const { client, directory: workspace } = await workspaces.connectionFor(workspaceId);
        const cwd = directory === null ? {} : { cwd: path.posix.resolve(workspace, directory) };
        const request = { id: terminalId, workspace, ...cwd, ...size };
        await client.openTerminal(request, { ...call(), key: `terminal:${terminalId}` });
        return null;
      }),
    output: ({ workspaceId, terminalId }, after, signal) =>
      watchTerminal(at(workspaceId, until(signal)), { terminalId, after }, until(signal)),
    type: (one, bytes) => onLine(one, (line) => line.type(bytes)),
    resize: (one, size) => onLine(one, (line) => line.resize(size)),
    close: ({ workspaceId, terminalId }) =>
      answered(async () => {
        const { client } = await workspaces.connectionFor(workspaceId);
        await client.closeTerminal(terminalId, call());
        lines.delete(terminalId);
        return null;
      }),
    end: () => closing.abort(new DOMException('The app is closing.', 'AbortError')),
  };
}

async function answered<T>(run: () => Promise<T>): Answer<T> {
  try {
    return ok(await run());
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return err(refusal);
  }
}

const BY_AGENT: Partial<Record<string, readonly [TerminalRefusalCode, string | null]>> = {
  'no-terminal': ['no-terminal', null],
  'too-many': ['too-many', null],
  'not-a-directory': ['not-a-folder', null],
  'not-found': ['not-found', null],
  'already-exited': ['ended', 'This terminal has ended.'],
  conflict: ['busy', 'The terminal does not take any more input. What you typed last was dropped.'],
};

/** Null: a bug. */
function refusalOf(error: unknown): TerminalRefusal | null {
  if (error instanceof AgentError) {
    const [code, message] = BY_AGENT[error.code] ?? [];
    return code === undefined ? null : { code, message: message ?? sentence(error.message) };
  }
  if (error instanceof LineBusy)
    return {
      code: 'busy',
      message: 'This is more than the terminal takes. What you typed last was dropped.',
    };
  if (error instanceof WorkspaceProblem)
    return {
      code: error.code === 'deleted' ? 'not-found' : 'unreachable',
      message: sentence(error.message),
    };
  if (error instanceof LinkFault) return { code: 'unreachable', message: error.message };
  const isLate = error instanceof DOMException && /^(?:Timeout|Abort)Error$/.test(error.name);
  if (isLate || error instanceof LinkDown)
    return { code: 'unreachable', message: 'The machine of this terminal does not answer.' };
  return null;
}

/** What the agent says begins small and ends without a full stop. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
