import type { WorkspaceLogEvent } from '@shared/contract/workspaces.ts';
import { asId, type HostId, type TemplateId, type WorkspaceId } from '@shared/model/ids.ts';
import type { Template } from '@shared/model/template.ts';
import { wantsHost } from '@shared/model/template.ts';
import type { ApprovalMode, TrustAnswer, WorkspaceKind } from '@shared/model/workspace.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Random } from '../../base/random.ts';
import type { StoredState } from '../../db/made-workspaces.ts';
import type { Entry } from '../entry.ts';
import type { HostRecord } from '../records.ts';
import { checkParameters } from '../templates/check-parameters.ts';
import type { TemplateShelf } from '../templates/template-shelf.ts';
import { sanitizeName, withSuffix } from '../templates/workspace-name.ts';
import { MachineTruth, type MachineTruthDeps } from './machine-truth.ts';
import { modeFor } from './mode-for.ts';
import { directoryFor } from './script-request.ts';
import { ScriptRuns, type ScriptRunsDeps } from './script-runs.ts';
import { watchLog } from './watch-log.ts';
import { hasNothing, WorkspaceRemover } from './workspace-remover.ts';

/** A script has ten minutes; a host may have to be reached before. */
const MADE_WITHIN_MS = 15 * 60_000;
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

/** Makes, starts and stops workspaces. Each call answers when the row says so; `settled` waits for the end. */
export class WorkspaceMaker {
  readonly #deps: MakerDeps;
  readonly #runs: ScriptRuns;
  readonly #truth: MachineTruth;
  /** Removes them. */
  readonly remover: WorkspaceRemover;
  readonly #closing = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: MakerDeps) {
    this.#deps = deps;
    this.#runs = new ScriptRuns(deps);
    this.#truth = new MachineTruth(deps);
    this.remover = new WorkspaceRemover({
      ...deps,
      follow: (id) => this.#runs.follow(id),
      closing: this.#closing.signal,
    });
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

  /** Waits while it is being made, for as long as that may take; what came of it is for others to see. */
  async whenMade(id: WorkspaceId): Promise<void> {
    if (this.#deps.list.find(id)?.record.making?.state !== 'provisioning') return;
    await this.settled(id, AbortSignal.timeout(MADE_WITHIN_MS)).catch(() => undefined);
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
    // Its directory would be in the way, and be cleaned up with what it holds.
    if (!hasNothing(making)) return notNow('It is there: start it, or remove it.');
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
    script: 'start' | 'stop',
    states: readonly StoredState[],
  ): Promise<Result<null, ActionRefusal>> {
    const entry = this.#deps.list.find(id);
    if (!entry) return GONE;
    const template = entry.record.making?.template;
    if (!template) return notNow('Gaffer did not make this workspace: there is nothing to start or stop.');
    if (template[script] === undefined) return notNow(`Its template has no ${script} script.`);
    const begun = await this.#deps.records.begin({ workspaceId: id, script, states, force: false });
    await this.#deps.list.reload();
    if (begun === null) return notNow('Another script of it runs, or it is in no state for this.');
    void this.#runs.follow(id);
    return ok(null);
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

  #watchList(signal: AbortSignal): AsyncIterable<unknown> {
    return this.#deps.list.watch(AbortSignal.any([signal, this.#closing.signal]));
  }
}

const GONE = err({ code: 'not-found' as const, message: 'This workspace does not exist any more.' });

function notNow(message: string) {
  return err({ code: 'not-now' as const, message });
}

function makingOf(entry: Entry | undefined) {
  return entry?.record.making ?? null;
}

async function* mapEach<T>(events: AsyncIterable<unknown>, map: () => T): AsyncGenerator<T> {
  for await (const _ of events) yield map();
}
