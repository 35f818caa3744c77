import type { WorkspaceId } from '@shared/model/ids.ts';
import type { RemovalFindings, WorkspaceRemoval } from '@shared/model/workspace.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Random } from '../../base/random.ts';
import { isAway } from '../away.ts';
import type { Entry } from '../entry.ts';
import type { Making } from '../records.ts';
import { inspectRemoval, isIn, NOTHING, wouldLose } from './inspect-removal.ts';
import { keptBranch, type ScriptEnd } from './script-outcome.ts';
import type { MadeWorkspace } from './script-request.ts';
import { loadMachine, type ScriptRunsDeps } from './script-runs.ts';

/** For looking at what would be lost. */
const INSPECT_MS = 60_000;

interface RemoverDeps extends Pick<ScriptRunsDeps, 'records' | 'list' | 'clock'> {
  readonly random: Random;
  /** Runs what is begun of a workspace; answers how its last script ended. */
  follow(id: WorkspaceId): Promise<ScriptEnd | null>;
  readonly closing: AbortSignal;
}

export interface InspectRefusal {
  readonly code: 'not-found' | 'not-now' | 'unreachable';
  readonly message: string;
}

export interface RemoveRefusal {
  readonly code: InspectRefusal['code'] | 'failed';
  readonly message: string;
  readonly detail?: string;
}

/** Removes workspaces; never a directory that Gaffer did not make, and without force nothing that would be lost. */
export class WorkspaceRemover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  async inspect(id: WorkspaceId): Promise<Result<RemovalFindings, InspectRefusal>> {
    const entry = this.#deps.list.find(id);
    if (!entry) return GONE;
    const made = madeOf(entry);
    if (!made || hasNothing(made.making)) return ok(NOTHING);
    if (made.making.script !== null) return notNow('A script of it runs.');
    const signal = AbortSignal.any([this.#deps.closing, AbortSignal.timeout(INSPECT_MS)]);
    const place = this.#placeOf(entry);
    try {
      const machine = await loadMachine(place, signal);
      const key = `inspect:${this.#deps.random.uuid()}`;
      return ok(await inspectRemoval(place, made, { machine, key, signal }));
    } catch (error) {
      this.#deps.closing.throwIfAborted();
      if (!signal.aborted && !isAway(error)) throw error;
      return err({ code: 'unreachable', message: `${entry.machine.name} cannot be reached now.` });
    }
  }

  async remove(id: WorkspaceId, force: boolean): Promise<Result<WorkspaceRemoval, RemoveRefusal>> {
    const found = await this.inspect(id);
    if (!found.ok) return found;
    if (!force && wouldLose(found.value)) return ok({ kind: 'refused', findings: found.value });
    const entry = this.#deps.list.find(id);
    const making = entry?.record.making;
    if (!entry) return GONE;
    if (!making || hasNothing(making)) return this.#forget(id);
    if (force && found.value.processes.count > 0) await this.#endProcesses(entry);
    const states = ['running', 'stopped', 'failed', 'removed'] as const;
    const begun = await this.#deps.records.begin({ workspaceId: id, script: 'remove', states, force });
    await this.#deps.list.reload();
    if (begun === null) return notNow('Another script of it runs.');
    const end = await this.#deps.follow(id);
    const left = this.#deps.list.find(id);
    if (!left) return ok({ kind: 'removed', kept: end && keptBranch(end) ? making.facts.branch : null });
    const detail = left.record.making?.error ?? '';
    return err({ code: 'failed', message: 'It was not removed.', detail });
  }

  async #forget(id: WorkspaceId): Promise<Result<WorkspaceRemoval, RemoveRefusal>> {
    const gone = await this.#deps.records.forget({ workspaceId: id });
    await this.#deps.list.reload();
    return gone ? ok({ kind: 'removed', kept: null }) : notNow('A script of it runs.');
  }

  /** What was agreed to: commands that run in the directory, and terminals there. */
  async #endProcesses(entry: Entry): Promise<void> {
    const signal = AbortSignal.any([this.#deps.closing, AbortSignal.timeout(INSPECT_MS)]);
    const { directory } = entry.record;
    const { client } = await entry.machine.reach();
    const [processes, { terminals }] = await Promise.all([
      client.listProcesses({ signal }),
      client.listTerminals(directory, null, { signal }),
    ]);
    const running = processes.filter((one) => one.running && isIn(one.workdir, directory));
    const ending = [
      ...running.map(({ id }) =>
        client.signalProcess(id, 'kill', { key: `remove:${this.#deps.random.uuid()}`, signal }),
      ),
      ...terminals.map(({ id }) => client.closeTerminal(id, { signal })),
    ];
    // One that has just ended by itself refuses.
    await Promise.allSettled(ending);
  }

  #placeOf(entry: Entry) {
    return { connect: async () => (await entry.machine.reach()).client, clock: this.#deps.clock };
  }
}

const GONE = err({ code: 'not-found' as const, message: 'This workspace does not exist any more.' });

/** It could not be made, and what there was of it was deleted. */
export function hasNothing({ state, runs }: Making): boolean {
  return state === 'failed' && !runs.some(({ script }) => script === 'start');
}

function notNow(message: string) {
  return err({ code: 'not-now' as const, message });
}

function madeOf({ record }: Entry): MadeWorkspace | null {
  return record.making ? { ...record, making: record.making } : null;
}
