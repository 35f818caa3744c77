import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import { errorFields, type Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { isAway } from '../away.ts';
import type { Entry } from '../entry.ts';
import type { Place } from '../place.ts';
import type { HostRecord } from '../records.ts';
import { type FoundWorkspace, loadFound } from './found.ts';
import { modeFor } from './mode-for.ts';
import { untilReached } from './run-script.ts';
import type { ScriptRunsDeps } from './script-runs.ts';

const LOOK_MS = 60_000;

export interface MachineTruthDeps extends Pick<ScriptRunsDeps, 'records' | 'clock' | 'log'> {
  readonly list: ScriptRunsDeps['list'] & { watch(signal: AbortSignal): AsyncIterable<unknown> };
  readonly local: Place;
  /** Gaffer has made workspaces on this computer: otherwise its agent is not started to be asked. */
  hasLocalRecords(): boolean;
  readonly random: Random;
}

/**
 * The machine is the truth about its workspaces: each time that one is reached, what it has and the database has not is
 * adopted, and what it has no more is marked.
 */
export class MachineTruth {
  readonly #deps: MachineTruthDeps;
  readonly #looked = new Set<Place>();
  readonly #looks = new Set<Promise<void>>();

  constructor(deps: MachineTruthDeps) {
    this.#deps = deps;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#deps.hasLocalRecords()) this.#look(this.#deps.local, null, signal);
    for await (const _ of this.#deps.list.watch(signal)) {
      for (const { machine, record } of this.#deps.list.entries()) {
        if (!machine.link) continue;
        if (machine.link.up()) this.#look(machine, record.host, signal);
        else this.#looked.delete(machine);
      }
    }
    await Promise.all(this.#looks);
  }

  #look(machine: Place, host: HostRecord | null, signal: AbortSignal): void {
    if (this.#looked.has(machine)) return;
    this.#looked.add(machine);
    const until = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
    const look = this.#settle(machine, host, until)
      .catch((error: unknown) => {
        // Whatever it was, it is looked at again with the next connection.
        if (!signal.aborted && !isAway(error)) warn(this.#deps.log, error);
      })
      .finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  async #settle(machine: Place, host: HostRecord | null, signal: AbortSignal): Promise<void> {
    const { records, list, clock, random } = this.#deps;
    const place = { connect: async () => (await machine.reach()).client, clock };
    const isThere = async (directory: string) =>
      (await untilReached(place, signal, (client) => client.stat(directory, { signal }))).kind ===
      'directory';
    const found = await loadFound(place, `found:${random.uuid()}`, signal);
    const workspaceIds = found.map(({ record }) => asId<WorkspaceId>(record.id));
    const known = new Set<string>(await records.loadKnown({ workspaceIds }));
    let changed = false;
    for (const one of found.filter(({ record }) => !known.has(record.id))) {
      if (!(await isThere(one.record.directory))) continue;
      changed = (await records.adopt(adopted(one, host))) || changed;
    }
    for (const { record } of list.entries().filter((entry) => isSettled(entry, machine))) {
      const there = await isThere(record.directory);
      const change = there
        ? { from: ['removed'] as const, to: 'running' as const }
        : { from: ['running', 'stopped'] as const, to: 'removed' as const };
      changed = (await records.setFoundState({ workspaceId: record.id, ...change })) || changed;
    }
    if (changed) await list.reload();
  }
}

function isSettled({ record: { making, directory }, machine }: Entry, of: Place): boolean {
  if (machine !== of || !making || making.script !== null || directory.startsWith('~')) return false;
  return making.state === 'running' || making.state === 'stopped' || making.state === 'removed';
}

function adopted({ record, facts }: FoundWorkspace, host: HostRecord | null) {
  const { name, kind, directory, template, parameters } = record;
  return {
    workspaceId: asId<WorkspaceId>(record.id),
    kind,
    hostId: host?.id ?? null,
    name,
    directory,
    mode: modeFor(kind),
    trust: 'unknown' as const,
    template,
    parameters,
    createKey: null,
    facts,
  };
}

function warn(log: Log, error: unknown): void {
  log.warn('The workspaces of a machine could not be looked at.', errorFields(error));
}
