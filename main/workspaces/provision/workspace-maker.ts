import type { WorkspaceLogEvent } from '@shared/contract/workspaces.ts';
import { asId, type HostId, type TemplateId, type WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName, Template } from '@shared/model/template.ts';
import { wantsHost } from '@shared/model/template.ts';
import type {
  ApprovalMode,
  RemovalFindings,
  TrustAnswer,
  WorkspaceKind,
  WorkspaceRemoval,
} from '@shared/model/workspace.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Random } from '../../base/random.ts';
import type { StoredState } from '../../db/made-workspaces.ts';
import { isAway } from '../away.ts';
import type { Entry } from '../entry.ts';
import type { HostRecord, Making } from '../records.ts';
import { checkParameters } from '../templates/check-parameters.ts';
import type { TemplateShelf } from '../templates/template-shelf.ts';
import { sanitizeName, withSuffix } from '../templates/workspace-name.ts';
import { inspectRemoval, isIn, NOTHING, wouldLose } from './inspect-removal.ts';
import { MachineTruth, type MachineTruthDeps } from './machine-truth.ts';
import { modeFor } from './mode-for.ts';
import { keptBranch } from './script-outcome.ts';
import { directoryFor, type MadeWorkspace } from './script-request.ts';
import { loadMachine, ScriptRuns, type ScriptRunsDeps } from './script-runs.ts';
import { watchLog } from './watch-log.ts';

/** For looking at what would be lost. */
const INSPECT_MS = 60_000;
/** A name that others have is given another suffix so often. */
const NAMES = 20;

export interface MakerDeps extends ScriptRunsDeps, MachineTruthDeps {
  readonly list: MachineTruthDeps['list'];
  readonly shelf: Pick<TemplateShelf, 'get'>;
  loadHosts(): Promise<readonly HostRecord[]>;
  readonly random: Random;
}

export interface CreateRequest {
  readonly templateId: TemplateId;
  /** Absent: from the template's name. */
  readonly name?: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Null: on this computer. */
  readonly hostId: HostId | null;
  /** Absent: as the kind has it. */
  readonly mode?: ApprovalMode | undefined;
  /** The same key makes one workspace, also after a restart. */
  readonly key?: string | undefined;
}

export interface CreateRefusal {
  readonly code: 'no-template' | 'no-host' | 'bad-parameter';
  readonly message: string;
}

export interface ActionRefusal {
  readonly code: 'not-found' | 'not-now';
  readonly message: string;
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

/** Makes, starts, stops and removes workspaces. Each call answers when the row says so; `settled` waits for the end. */
export class WorkspaceMaker {
  readonly #deps: MakerDeps;
  readonly #runs: ScriptRuns;
  readonly #truth: MachineTruth;
  readonly #closing = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: MakerDeps) {
    this.#deps = deps;
    this.#runs = new ScriptRuns(deps);
    this.#truth = new MachineTruth(deps);
  }

  /** After the list has started. */
  start(): void {
    this.#runs.resume();
    this.#looking = this.#truth.run(this.#closing.signal);
  }

  async create(request: CreateRequest): Promise<Result<WorkspaceId, CreateRefusal>> {
    const template = this.#deps.shelf.get(request.templateId);
    if (!template) return err({ code: 'no-template', message: 'This template does not exist any more.' });
    return this.createFrom(template, request);
  }

  async createFrom(
    template: Template,
    { name, parameters, hostId, mode, key }: Omit<CreateRequest, 'templateId'>,
  ): Promise<Result<WorkspaceId, CreateRefusal>> {
    const { kind } = template;
    const place = await this.#hostFor(kind, hostId);
    if (!place.ok) return place;
    const checked = checkParameters(template, parameters);
    if (!checked.ok) return err({ code: 'bad-parameter', message: checked.error });
    const { records, list, random } = this.#deps;
    const given = name === undefined ? null : sanitizeName(name);
    for (let tries = 0; tries < NAMES; tries++) {
      const chosen = given !== null && tries === 0 ? given : withSuffix(given ?? template.name, random);
      const made = await records.create({
        workspaceId: asId<WorkspaceId>(random.uuid()),
        kind,
        hostId,
        name: chosen,
        directory: directoryFor(template.directory, chosen, checked.value),
        mode: mode ?? modeFor(kind),
        trust: this.#trustIn(kind, hostId, checked.value['repository']),
        template,
        parameters: checked.value,
        createKey: key ?? null,
      });
      if (!made) continue;
      await list.reload();
      void this.#runs.follow(made.id);
      return ok(made.id);
    }
    const directory = directoryFor(template.directory, given ?? template.name, checked.value);
    return err({ code: 'bad-parameter', message: `Another workspace has the directory ${directory}.` });
  }

  /** Waits until no script of it runs. Null: it is gone. Throws the signal's reason; what was begun goes on. */
  async settled(id: WorkspaceId, signal: AbortSignal): Promise<Entry | null> {
    for await (const _ of this.#watchList(signal)) {
      const entry = this.#deps.list.find(id);
      if (!entry?.record.making?.script) return entry ?? null;
    }
    signal.throwIfAborted();
    throw new DOMException('The app is closing.', 'AbortError');
  }

  cancel(id: WorkspaceId): Result<null, ActionRefusal> {
    const entry = this.#deps.list.find(id);
    if (!entry) return GONE;
    const isMade = entry.record.making?.state === 'provisioning';
    return isMade && this.#runs.cancel(id) ? ok(null) : notNow('It is not being made.');
  }

  /** In the same place, from the template as it is now: who corrected it means that one. */
  async retry(id: WorkspaceId): Promise<Result<null, ActionRefusal>> {
    const entry = this.#deps.list.find(id);
    if (!entry) return GONE;
    const { making, kind } = entry.record;
    if (!making) return notNow('Gaffer did not make this workspace.');
    const present = this.#deps.shelf.get(making.template.id);
    const template = present?.kind === kind ? present : making.template;
    const names = template.parameters.map(({ name }) => name);
    const given = Object.entries(making.parameters).filter(([name]) => names.includes(name));
    const checked = checkParameters(template, Object.fromEntries(given));
    if (!checked.ok) return notNow(checked.error);
    const parameters = checked.value;
    const begun = await this.#deps.records.again({ workspaceId: id, template, parameters });
    await this.#deps.list.reload();
    if (!begun) return notNow('It did not fail, or a script of it runs.');
    void this.#runs.follow(id);
    return ok(null);
  }

  begin(id: WorkspaceId): Promise<Result<null, ActionRefusal>> {
    return this.#begin(id, 'start', ['stopped', 'failed', 'running']);
  }

  stop(id: WorkspaceId): Promise<Result<null, ActionRefusal>> {
    return this.#begin(id, 'stop', ['running']);
  }

  async inspect(id: WorkspaceId): Promise<Result<RemovalFindings, InspectRefusal>> {
    const entry = this.#deps.list.find(id);
    if (!entry) return GONE;
    const made = madeOf(entry);
    if (!made || hasNothing(made.making)) return ok(NOTHING);
    if (made.making.script !== null) return notNow('A script of it runs.');
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(INSPECT_MS)]);
    const place = this.#placeOf(entry);
    try {
      const machine = await loadMachine(place, signal);
      const key = `inspect:${this.#deps.random.uuid()}`;
      return ok(await inspectRemoval(place, made, { machine, key, signal }));
    } catch (error) {
      this.#closing.signal.throwIfAborted();
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
    const begun = await this.#begin(id, 'remove', ['running', 'stopped', 'failed', 'removed'], force);
    if (!begun.ok) return begun;
    const end = await this.#runs.follow(id);
    const left = this.#deps.list.find(id);
    if (!left) return ok({ kind: 'removed', kept: end && keptBranch(end) ? making.facts.branch : null });
    const detail = left.record.making?.error ?? '';
    return err({ code: 'failed', message: 'It was not removed.', detail });
  }

  log(
    id: WorkspaceId,
    from: { readonly processId: string; readonly after: number } | undefined,
    signal: AbortSignal,
  ): AsyncIterable<WorkspaceLogEvent> {
    const { list, clock, mask } = this.#deps;
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const makings = (within: AbortSignal) =>
      mapEach(this.#watchList(within), () => makingOf(list.find(id)));
    const connect = async () => {
      const entry = list.find(id);
      if (!entry) throw new DOMException('The workspace is gone.', 'AbortError');
      return (await entry.machine.reach()).client;
    };
    return watchLog({ watch: makings, connect, clock, mask, from }, until);
  }

  /** Processes and rows stay: the next start goes on with them. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The app is closing.', 'AbortError'));
    await this.#runs.close();
    await this.#looking;
  }

  async #begin(
    id: WorkspaceId,
    script: ScriptName,
    states: readonly StoredState[],
    force = false,
  ): Promise<Result<null, ActionRefusal>> {
    const entry = this.#deps.list.find(id);
    if (!entry) return GONE;
    const template = entry.record.making?.template;
    if (!template) return notNow('Gaffer did not make this workspace: there is nothing to start or stop.');
    if (script !== 'remove' && template[script] === undefined) {
      return notNow(`Its template has no ${script} script.`);
    }
    const begun = await this.#deps.records.begin({ workspaceId: id, script, states, force });
    await this.#deps.list.reload();
    if (begun === null) return notNow('Another script of it runs, or it is in no state for this.');
    void this.#runs.follow(id);
    return ok(null);
  }

  async #forget(id: WorkspaceId): Promise<Result<WorkspaceRemoval, RemoveRefusal>> {
    const gone = await this.#deps.records.forget({ workspaceId: id });
    await this.#deps.list.reload();
    return gone ? ok({ kind: 'removed', kept: null }) : notNow('A script of it runs.');
  }

  /** A worktree brings along what its repository brings: who trusts a workspace there trusts it. */
  #trustIn(kind: WorkspaceKind, hostId: HostId | null, repository: string | undefined): TrustAnswer {
    const parent = kind.endsWith('worktree')
      ? this.#deps.list
          .entries()
          .find(({ record }) => record.directory === repository && (record.host?.id ?? null) === hostId)
      : undefined;
    return parent?.record.trust ?? 'unknown';
  }

  async #hostFor(kind: WorkspaceKind, hostId: HostId | null): Promise<Result<null, CreateRefusal>> {
    const wants = wantsHost(kind);
    if (wants === true && hostId === null) {
      return err({ code: 'no-host', message: 'This template makes workspaces on a host: choose one.' });
    }
    if (wants === false && hostId !== null) {
      return err({ code: 'no-host', message: 'This template makes workspaces on this computer only.' });
    }
    if (hostId !== null && !(await this.#deps.loadHosts()).some(({ id }) => id === hostId)) {
      return err({ code: 'no-host', message: 'This host is not known any more.' });
    }
    return ok(null);
  }

  /** What was agreed to: commands that run in the directory, and terminals there. */
  async #endProcesses(entry: Entry): Promise<void> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(INSPECT_MS)]);
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

  #watchList(signal: AbortSignal): AsyncIterable<unknown> {
    return this.#deps.list.watch(AbortSignal.any([signal, this.#closing.signal]));
  }
}

const GONE = err({ code: 'not-found' as const, message: 'This workspace does not exist any more.' });

/** It could not be made, and what there was of it was deleted. */
function hasNothing({ state, runs }: Making): boolean {
  return state === 'failed' && !runs.some(({ script }) => script === 'start');
}

function notNow(message: string) {
  return err({ code: 'not-now' as const, message });
}

function madeOf({ record }: Entry): MadeWorkspace | null {
  return record.making ? { ...record, making: record.making } : null;
}

function makingOf(entry: Entry | undefined) {
  return entry?.record.making ?? null;
}

async function* mapEach<T>(events: AsyncIterable<unknown>, map: () => T): AsyncGenerator<T> {
  for await (const _ of events) yield map();
}
