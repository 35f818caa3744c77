import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import type { ChatId, HostId, WorkspaceId } from '@shared/model/ids.ts';
import type { ApprovalMode, TrustAnswer, WorkspaceSummary } from '@shared/model/workspace.ts';
import { ok, type Result } from '@shared/util/result.ts';
import { type Broadcast, createBroadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Mask } from '../base/mask.ts';
import type { ProvisionPlace } from './approvals.ts';
import { type WorkspaceConnection, WorkspaceProblem } from './connection.ts';
import { type Entry, modeOf, nameOf, requireUsable, summaryOf, trusteeOf } from './entry.ts';
import { checkFolder, type FolderRefusal } from './folder.ts';
import { maskOutput } from './mask-output.ts';
import type { Place } from './place.ts';
import { PlaceFollower } from './place-follower.ts';
import { type Placement, type PlacementDeps, placementOf } from './placement.ts';
import type { HostRecord, WorkspaceRecord, WorkspaceRecords } from './records.ts';
import type { SshPlaces, SshRefusal, SshRequest } from './ssh-places.ts';
import { isTrusted, TrustLooks } from './trust.ts';
import { watchProcess } from './watch-process.ts';

export interface ProcessWatch {
  readonly workspaceId: WorkspaceId;
  readonly chatId: ChatId;
  readonly processId: string;
  /** Byte cursor; negative: that many bytes before the end. */
  readonly after: number;
}

export interface ListDeps extends PlacementDeps {
  readonly records: WorkspaceRecords;
  readonly ssh: Pick<SshPlaces, 'open' | 'placeOf'>;
  readonly clock: Clock;
  readonly log: Log;
  /** For what people read of a process while it runs. */
  readonly mask: Mask;
  /** After everything here has ended. */
  readonly onClose?: () => Promise<void>;
}

/** The one list of workspaces: who may use which, where it lies, and what the window shows of it. */
export class WorkspaceList {
  readonly #deps: ListDeps;
  /** Last used first. */
  #entries: readonly Entry[] = [];
  readonly #changes: Broadcast<null> = createBroadcast<null>();
  readonly #closing = new AbortController();
  readonly #looks = new TrustLooks();
  readonly #follower: PlaceFollower;

  constructor(deps: ListDeps) {
    this.#deps = deps;
    const { signal } = this.#closing;
    this.#follower = new PlaceFollower({
      entries: () => this.#entries,
      onChange: () => this.#changes.send(null),
      onBranch: (machine, directory, branch) => this.#setBranch(machine, directory, branch),
      isNew: (entry) => {
        const { answer, brings } = this.#looks.of(trusteeOf({ ...entry, override: null }));
        return answer === 'unknown' && brings === null;
      },
      lookAt: async ({ record: { id } }) => {
        await this.trusts(id, await this.connectionFor(id), signal);
      },
      log: deps.log,
      signal,
    });
  }

  /** Hides what nobody shall read, in what commands print and how they are called. */
  get mask(): Mask {
    return this.#deps.mask;
  }

  /** Aborts when the list closes: what follows a workspace ends then. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  async start(): Promise<void> {
    const records = await this.#deps.records.load();
    this.#entries = records.map((record) => this.#entryOf(record, null));
    this.#follower.look(null);
    this.#follower.lookAtFolders(this.#deps.local);
  }

  /** Another process has changed the records: what is known of each place stays. */
  async reload(): Promise<void> {
    const records = await this.#deps.records.load();
    if (this.#closing.signal.aborted) return;
    this.#entries = records.map((record) => {
      const known = this.find(record.id);
      return known ? { ...known, record, ...this.#placed(record) } : this.#entryOf(record, null);
    });
    this.#changes.send(null);
    this.#follower.look(null);
    this.#follower.lookAtAllFolders();
  }

  list(): readonly WorkspaceSummary[] {
    return this.#entries.map((entry) => summaryOf(entry, this.#looks.of(trusteeOf(entry))));
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  find(id: WorkspaceId): Entry | undefined {
    return this.#entries.find((entry) => entry.record.id === id);
  }

  /** Of the workspaces, each once. */
  hosts(): readonly HostRecord[] {
    const hosts = this.#entries.flatMap(({ record }) => record.host ?? []);
    return [...new Map(hosts.map((host) => [host.id, host])).values()];
  }

  /** A host is reached in another way from now on. */
  replaceHost(host: HostRecord): void {
    this.#entries = this.#entries.map((entry) =>
      entry.record.host?.id === host.id ? this.#movedTo(entry, host) : entry,
    );
    this.#changes.send(null);
  }

  /** The list now, and again whenever something in it changed. */
  async *watch(signal: AbortSignal): AsyncGenerator<readonly WorkspaceSummary[]> {
    const left = new AbortController();
    const until = AbortSignal.any([signal, this.#closing.signal, left.signal]);
    const changes = this.#changes.watch(until)[Symbol.asyncIterator]();
    try {
      // Asked before the first list goes out, so that no change between the two is lost.
      let change = changes.next();
      for (;;) {
        yield this.list();
        if ((await change).done) return;
        change = changes.next();
      }
    } finally {
      // A generator's return waits behind its pending next, which only the signal ends.
      left.abort();
      await changes.return?.();
    }
  }

  /** The same folder is the same workspace. `override`: the mode for this run. */
  async openFolder(
    folder: string,
    override: ApprovalMode | null = null,
  ): Promise<Result<WorkspaceId, FolderRefusal>> {
    const checked = await checkFolder(folder);
    if (!checked.ok) return checked;
    const directory = checked.value;
    const known = this.#at(null, directory);
    if (known) return ok(this.#opened(known, override));
    const record = await this.#deps.records.upsertLocal({
      directory,
      name: nameOf(directory),
      mode: 'ask',
    });
    return ok(this.#opened(record, override));
  }

  /** Connects first: what cannot be reached or is no directory leaves no workspace behind. */
  async openSsh(request: SshRequest): Promise<Result<WorkspaceId, SshRefusal>> {
    const reached = await this.#deps.ssh.open(request, this.#closing.signal);
    if (!reached.ok) return reached;
    const { host, directory } = reached.value;
    const known = this.#at(host.id, directory);
    if (known) return ok(this.#opened({ ...known, host }, null));
    const record = await this.#deps.records.upsertSsh({
      host,
      directory,
      name: nameOf(directory),
      mode: 'edit',
    });
    return ok(this.#opened(record, null));
  }

  /** Throws WorkspaceProblem. */
  async connectionFor(id: WorkspaceId | null): Promise<WorkspaceConnection> {
    if (id === null) {
      throw new WorkspaceProblem('no-workspace', 'chat has no workspace; use create_workspace first');
    }
    // Where several processes share the database, another one may just have added it.
    if (!this.find(id)) await this.reload();
    const entry = this.find(id);
    if (!entry) {
      throw new WorkspaceProblem(
        'deleted',
        'the workspace of this chat was removed; use create_workspace to make another one',
      );
    }
    requireUsable(entry);
    const { record, place } = entry;
    const { client, platform, directory = record.directory } = await place.reach();
    return { client, directory, host: place.name, platform, link: place.link };
  }

  /**
   * For what follows a workspace for as long as somebody looks. Connects once; after that others must have reached the
   * machine first, so that one which Gaffer left is not connected again for it. Throws as `connectionFor`.
   */
  follower(id: WorkspaceId, signal: AbortSignal): () => Promise<WorkspaceConnection> {
    let asked = false;
    return async () => {
      if (asked) await this.#reached(id, AbortSignal.any([signal, this.#closing.signal]));
      asked = true;
      return this.connectionFor(id);
    };
  }

  /** Where nothing is known, the careful one. */
  modeOf(id: WorkspaceId | null): ApprovalMode {
    const entry = id === null ? null : this.find(id);
    return entry ? modeOf(entry) : 'ask';
  }

  /** As a card shows it. */
  placeOf(id: WorkspaceId | null): ProvisionPlace {
    const entry = id === null ? null : this.find(id);
    return { host: entry?.machine.name ?? 'no workspace', directory: entry?.record.directory ?? '' };
  }

  /** False: no such workspace. */
  async setMode(id: WorkspaceId, mode: ApprovalMode): Promise<boolean> {
    if (!this.find(id) || !(await this.#deps.records.setMode(id, mode))) return false;
    this.#update(id, (entry) => ({ ...entry, record: { ...entry.record, mode }, override: null }));
    return true;
  }

  /** What lies there may be used: instruction files, rules that let commands through. */
  isTrusted(id: WorkspaceId): boolean {
    const entry = this.find(id);
    return entry !== undefined && isTrusted(this.#looks.of(trusteeOf(entry)));
  }

  /** As `isTrusted`, after another look at what is there when nothing was answered. Throws as the agent's client. */
  async trusts(id: WorkspaceId, connection: WorkspaceConnection, signal: AbortSignal): Promise<boolean> {
    const isOpen = this.find(id)?.record.trust === 'unknown';
    if (isOpen && (await this.#looks.look(id, connection, signal))) this.#changes.send(null);
    return this.isTrusted(id);
  }

  /** False: no such workspace. */
  async setTrust(id: WorkspaceId, trust: TrustAnswer): Promise<boolean> {
    if (!this.find(id) || !(await this.#deps.records.setTrust(id, trust))) return false;
    this.#update(id, (entry) => ({ ...entry, record: { ...entry.record, trust } }));
    return true;
  }

  /** False: no such workspace. */
  reconnect(id: WorkspaceId): boolean {
    const entry = this.find(id);
    entry?.place.reconnect();
    return entry !== undefined;
  }

  /** An effect of a chat there is over: should its branch not be followed, now is the time to try again. */
  refresh(id: WorkspaceId): void {
    const entry = this.find(id);
    if (entry) this.#follower.look(entry.machine);
  }

  watchProcess(
    { workspaceId, chatId, processId, after }: ProcessWatch,
    signal: AbortSignal,
  ): AsyncIterable<ProcessOutputEvent> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const reach = this.follower(workspaceId, until);
    const connect = async () => (await reach()).client;
    const output = watchProcess({ connect, clock: this.#deps.clock, chatId, processId, after }, until);
    return maskOutput(output, this.#deps.mask);
  }

  /** Feeds end and background reading is awaited. Links are their owner's to close. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The app is closing.', 'AbortError'));
    await this.#follower.settled();
    await this.#deps.onClose?.();
  }

  /** Until the machine of a workspace is reached anyway, or the workspace is gone. Throws the signal's reason. */
  async #reached(id: WorkspaceId, signal: AbortSignal): Promise<void> {
    for await (const list of this.watch(signal)) {
      const found = list.find((one) => one.id === id);
      if (!found || found.hostId === null || found.link.state === 'up') return;
    }
    signal.throwIfAborted();
  }

  /** One that was made from a template and lies there: it is opened again as what it is. */
  #at(hostId: HostId | null, directory: string): WorkspaceRecord | null {
    const found = this.#entries.find(
      ({ record }) =>
        record.making?.state === 'running' &&
        record.directory === directory &&
        (record.host?.id ?? null) === hostId,
    );
    return found?.record ?? null;
  }

  #update(id: WorkspaceId, change: (entry: Entry) => Entry): void {
    this.#entries = this.#entries.map((entry) => (entry.record.id === id ? change(entry) : entry));
    this.#changes.send(null);
  }

  #opened(record: WorkspaceRecord, override: ApprovalMode | null): WorkspaceId {
    const known = this.find(record.id);
    const entry = {
      ...this.#entryOf(record, override ?? known?.override ?? null),
      branch: known?.branch ?? null,
    };
    const others = this.#entries.filter((other) => other.record.id !== record.id);
    this.#entries = [entry, ...others.map((other) => this.#movedTo(other, record.host))];
    this.#changes.send(null);
    this.#follower.look(null);
    this.#follower.lookAtFolders(entry.place);
    return record.id;
  }

  #entryOf(record: WorkspaceRecord, override: ApprovalMode | null): Entry {
    return { record, ...this.#placed(record), branch: null, override };
  }

  #placed(record: WorkspaceRecord): Placement {
    const placement = placementOf(record, this.#deps);
    const { machine, place } = placement;
    if (!record.elsewhere) this.#follower.followMachine(machine);
    if (place !== machine) this.#follower.followContainer(place);
    return placement;
  }

  /** A host that is reached with another key is another place, for all who work there. */
  #movedTo(entry: Entry, host: HostRecord | null): Entry {
    if (host === null || entry.record.host?.id !== host.id) return entry;
    const record = { ...entry.record, host };
    return { ...entry, record, ...this.#placed(record) };
  }

  #setBranch(machine: Place, directory: string, branch: string | null): void {
    const isMeant = (one: Entry) => one.machine === machine && one.record.directory === directory;
    for (const { record } of this.#entries.filter((one) => isMeant(one) && one.branch !== branch))
      this.#update(record.id, (entry) => ({ ...entry, branch }));
  }
}
