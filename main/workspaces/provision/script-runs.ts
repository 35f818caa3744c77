import type { WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName } from '@shared/model/template.ts';
import { AgentError } from '../../agent-client/client.ts';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Log } from '../../base/log.ts';
import type { Mask } from '../../base/mask.ts';
import type { MadeFacts } from '../../db/made-workspaces.ts';
import { LinkFault, textOfFault } from '../../ssh/fault.ts';
import { WorkspaceProblem } from '../connection.ts';
import type { Entry } from '../entry.ts';
import { loadFound } from './found.ts';
import type { MadeRecords } from './made-records.ts';
import { beginScript, type ScriptPlace, scriptEnd, stopScript, untilReached } from './run-script.ts';
import { outcomeOf, type ScriptEnd } from './script-outcome.ts';
import {
  type Machine,
  type MadeWorkspace,
  resolveDirectory,
  type ScriptKind,
  scriptRequest,
} from './script-request.ts';

/** Of one script, from its start (CHATD 8.1). */
const SCRIPT_MS = 10 * 60_000;
/** For cleaning up after one that did not work. */
const CLEANUP_MS = 2 * 60_000;

export interface ScriptRunsDeps {
  readonly records: MadeRecords;
  readonly list: {
    find(id: WorkspaceId): Entry | undefined;
    entries(): readonly Entry[];
    reload(): Promise<void>;
  };
  readonly clock: Clock;
  readonly log: Log;
  readonly mask: Mask;
}

interface Running {
  readonly cancel: AbortController;
  /** How its last script ended; null: there was none, or a bug. */
  readonly task: Promise<ScriptEnd | null>;
}

/**
 * Runs what the rows say is begun: one loop a workspace, which ends when no script of it is left. An app that ends
 * leaves the processes and the rows; the next one finds both by their keys.
 */
export class ScriptRuns {
  readonly #deps: ScriptRunsDeps;
  readonly #running = new Map<WorkspaceId, Running>();
  readonly #closing = new AbortController();

  constructor(deps: ScriptRunsDeps) {
    this.#deps = deps;
  }

  /** What an earlier run of the app has begun goes on. */
  resume(): void {
    for (const { record } of this.#deps.list.entries()) {
      if (record.making?.script && !record.elsewhere) void this.follow(record.id);
    }
  }

  /** Runs what is begun there; resolves when nothing is left to run. */
  follow(id: WorkspaceId): Promise<ScriptEnd | null> {
    const running = this.#running.get(id);
    if (running) return running.task;
    const cancel = new AbortController();
    const task = this.#loop(id, cancel.signal).catch((error: unknown) => {
      this.#running.delete(id);
      if (this.#closing.signal.aborted) return null;
      this.#deps.log.error('A script of a workspace was lost.', { workspaceId: id, ...errorFields(error) });
      return null;
    });
    this.#running.set(id, { cancel, task });
    return task;
  }

  /** False: it does not run here. */
  cancel(id: WorkspaceId): boolean {
    const running = this.#running.get(id);
    running?.cancel.abort(new DOMException('This was given up.', 'AbortError'));
    return running !== undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The app is closing.', 'AbortError'));
    await Promise.all([...this.#running.values()].map(({ task }) => task));
  }

  async #loop(id: WorkspaceId, cancelled: AbortSignal): Promise<ScriptEnd | null> {
    for (let end: ScriptEnd | null = null; ; ) {
      const begun = this.#begun(id);
      if (!begun) {
        // Before anybody else can begin another one, who would take this loop for its own.
        this.#running.delete(id);
        return end;
      }
      end = await this.#runOne(begun, cancelled);
      this.#closing.signal.throwIfAborted();
      await this.#settle(begun, end);
      await this.#deps.list.reload();
    }
  }

  #begun(id: WorkspaceId): Begun | null {
    const entry = this.#deps.list.find(id);
    const making = entry?.record.making;
    if (!entry || !making?.script) return null;
    const { clock } = this.#deps;
    const place = {
      connect: async () => (await entry.machine.reach()).client,
      clock,
    };
    return { workspace: { ...entry.record, making }, script: making.script, place };
  }

  async #runOne(begun: Begun, cancelled: AbortSignal): Promise<ScriptEnd> {
    const { workspace, script, place } = begun;
    const { making } = workspace;
    const earlier = making.runs.find((run) => run.number === making.scriptCount);
    const spentMs = earlier ? this.#deps.clock.now() - Date.parse(earlier.startedAt) : 0;
    const timeout = AbortSignal.timeout(Math.max(1, SCRIPT_MS - Math.max(0, spentMs)));
    const signal = AbortSignal.any([this.#closing.signal, cancelled, timeout]);
    let processId: string | null = earlier?.processId ?? null;
    try {
      const machine = await loadMachine(place, signal);
      const placed = await this.#placed(begun, machine, signal);
      if (placed === null) return { kind: 'lost', words: 'Another workspace has this directory.' };
      const request = scriptRequest(script, placed, machine);
      processId = await beginScript(place, { key: keyOf(workspace, script), request }, signal);
      await this.#noteRun(placed, script, processId);
      return { kind: 'exit', ...(await scriptEnd(place, processId, signal)) };
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      if (signal.aborted && processId) await stopScript(place, keyOf(workspace, script), processId);
      if (cancelled.aborted) return { kind: 'cancelled' };
      if (timeout.aborted)
        return { kind: 'lost', words: `The ${script} script did not end within 10 minutes.` };
      return { kind: 'lost', words: wordsOf(error) };
    }
  }

  /** With its absolute directory; null: that is another one's. */
  async #placed(begun: Begun, machine: Machine, signal: AbortSignal): Promise<MadeWorkspace | null> {
    const { workspace, place } = begun;
    if (!workspace.directory.startsWith('~')) return workspace;
    const asked = resolveDirectory(workspace.directory, machine);
    const { realPath } = await untilReached(place, signal, (client) => client.stat(asked, { signal }));
    const { records, list } = this.#deps;
    if (!(await records.setDirectory({ workspaceId: workspace.id, directory: realPath }))) return null;
    await list.reload();
    return { ...workspace, directory: realPath };
  }

  async #noteRun({ id, making }: MadeWorkspace, script: ScriptName, processId: string): Promise<void> {
    if (making.runs.some((run) => run.processId === processId)) return;
    const startedAt = new Date(this.#deps.clock.now()).toISOString();
    const run = { script, number: making.scriptCount, processId, startedAt };
    await this.#deps.records.noteRun({ workspaceId: id, run });
    await this.#deps.list.reload();
  }

  async #settle({ workspace, script, place }: Begun, end: ScriptEnd): Promise<void> {
    const { id, making } = workspace;
    const outcome = outcomeOf(workspace, script, end);
    const isUndone = script === 'provision' && (outcome.state === 'failed' || outcome.deleted);
    const left = isUndone ? await this.#cleanUp(workspace, place) : null;
    const facts = script === 'provision' && !isUndone ? await this.#loadFacts(workspace, place) : null;
    const error = [outcome.error, left].filter((words) => words !== null).join('\n');
    await this.#deps.records.end({
      ...outcome,
      workspaceId: id,
      count: making.scriptCount,
      error: error === '' ? null : this.#deps.mask.text(error),
      ...(facts ? { facts } : {}),
    });
  }

  /** Deletes what was made so far, which is in nobody's use. Answers what could not be deleted; null: nothing is left. */
  async #cleanUp(workspace: MadeWorkspace, place: ScriptPlace): Promise<string | null> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(CLEANUP_MS)]);
    // Nothing was begun there.
    const now = this.#deps.list.find(workspace.id)?.record;
    if (!now?.making || now.directory.startsWith('~')) return null;
    const placed = { ...now, making: now.making };
    try {
      const request = scriptRequest('cleanup', placed, await loadMachine(place, signal));
      const key = keyOf(workspace, 'cleanup');
      const { exitCode, output } = await scriptEnd(
        place,
        await beginScript(place, { key, request }, signal),
        signal,
      );
      return exitCode === 0 ? null : `${now.directory} could not be deleted: ${output.trim()}`;
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      return `${now.directory} could not be deleted: ${wordsOf(error)}`;
    }
  }

  async #loadFacts({ id }: MadeWorkspace, place: ScriptPlace): Promise<MadeFacts | null> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(CLEANUP_MS)]);
    const found = await loadFound(place, `workspace:${id}:facts`, signal);
    return found.find(({ record }) => record.id === id)?.facts ?? null;
  }
}

interface Begun {
  readonly workspace: MadeWorkspace;
  readonly script: ScriptName;
  readonly place: ScriptPlace;
}

export async function loadMachine(place: ScriptPlace, signal: AbortSignal): Promise<Machine> {
  return untilReached(place, signal, (client) => client.hello({ signal }));
}

/** The same for the same script of the same workspace, whatever happened in between. */
function keyOf({ id, making }: MadeWorkspace, kind: ScriptKind): string {
  return `workspace:${id}:${making.scriptCount}:${kind}`;
}

function wordsOf(error: unknown): string {
  if (error instanceof LinkFault) return textOfFault(error);
  if (error instanceof WorkspaceProblem) return error.message;
  if (error instanceof AgentError) return error.detail ? `${error.message} ${error.detail}` : error.message;
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return 'The machine did not answer in time.';
  throw error;
}
