import type { HostSuggestion } from '@shared/contract/hosts.ts';
import type { HostRemoval, HostSummary } from '@shared/model/host.ts';
import type { HostId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { ok, type Result } from '@shared/util/result.ts';
import { type Broadcast, createBroadcast } from '../base/broadcast.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { ConfiguredHost } from '../ssh/config/list-configured-hosts.ts';
import type { Remembered } from '../ssh/remembered.ts';
import { nameOfTarget } from '../ssh/target.ts';
import type { Place } from './place.ts';
import type { HostRecord, WorkspaceRecords } from './records.ts';
import type { SshPlaces, SshRefusal } from './ssh-places.ts';

export interface HostListDeps {
  readonly records: Pick<WorkspaceRecords, 'loadHosts' | 'setForwardAgent'>;
  readonly ssh: Pick<SshPlaces, 'placeOf' | 'open' | 'diagnose' | 'remove'>;
  readonly workspaces: {
    list(): readonly WorkspaceSummary[];
    hosts(): readonly HostRecord[];
    replaceHost(host: HostRecord): void;
    watch(signal: AbortSignal): AsyncIterable<unknown>;
  };
  readonly remembered: Pick<Remembered, 'has' | 'forgetHost' | 'watch'>;
  readonly loadConfigured: () => Promise<readonly ConfiguredHost[]>;
  readonly log: Log;
}

/** The one list of hosts, also of those where nobody works any more. */
export class HostList {
  readonly #deps: HostListDeps;
  #hosts: readonly HostRecord[] = [];
  readonly #changes: Broadcast<null> = createBroadcast<null>();
  readonly #closing = new AbortController();
  readonly #background = new Set<Promise<void>>();
  readonly #followed = new Set<Place>();

  constructor(deps: HostListDeps) {
    this.#deps = deps;
  }

  /** After the workspaces have started. */
  async start(): Promise<void> {
    const { records, workspaces, remembered } = this.#deps;
    this.#hosts = await records.loadHosts();
    this.#adopt();
    const { signal } = this.#closing;
    this.#inBackground(forEach(workspaces.watch(signal), () => this.#adopt()));
    this.#inBackground(forEach(remembered.watch(signal), () => this.#changes.send(null)));
  }

  list(): readonly HostSummary[] {
    const { ssh, workspaces, remembered } = this.#deps;
    const all = workspaces.list();
    return this.#hosts.map((host) => ({
      ...host,
      link: ssh.placeOf(host).state(),
      remembers: remembered.has(host.target),
      workspaces: all.filter(({ hostId }) => hostId === host.id).length,
    }));
  }

  /** The list now, and again whenever something in it changed. */
  async *watch(signal: AbortSignal): AsyncGenerator<readonly HostSummary[]> {
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

  /** Names of the configuration first, then hosts that were used and are not among them. */
  async suggest(): Promise<readonly HostSuggestion[]> {
    const configured = await this.#deps.loadConfigured();
    const keyOf = (target: string) =>
      this.#hosts.find((host) => host.target === target)?.identityFile ?? null;
    const names = new Set(configured.map(({ name }) => name));
    return [
      ...configured.map(({ name, leadsTo }) => {
        return { target: name, leadsTo, from: 'config', identityFile: keyOf(name) } as const;
      }),
      ...this.#hosts
        .filter(({ target }) => !names.has(target))
        .map(
          ({ target, identityFile }) => ({ target, leadsTo: null, from: 'used', identityFile }) as const,
        ),
    ];
  }

  /** Connects to one that is not known yet; one that cannot be reached is not remembered. */
  async open(target: string): Promise<Result<HostId, SshRefusal>> {
    const named = nameOfTarget(target);
    const known = this.#hosts.find((host) => named.ok && host.target === named.value);
    if (known) return ok(known.id);
    const { ssh } = this.#deps;
    const request = { target, directory: '~', identityFile: null };
    const reached = await ssh.open(request, this.#closing.signal);
    if (!reached.ok) return reached;
    const { host } = reached.value;
    if (!this.#find(host.id)) this.#hosts = [...this.#hosts, host];
    this.#adopt();
    return ok(host.id);
  }

  /** Answers when the attempt has begun: its trace tells the rest. */
  diagnose(target: string, identityFile: string | null): Result<null, SshRefusal> {
    const { ssh } = this.#deps;
    const named = nameOfTarget(target);
    const known = this.#hosts.find((host) => named.ok && host.target === named.value);
    const begun = ssh.diagnose(
      { target, identityFile: identityFile ?? known?.identityFile ?? null },
      this.#closing.signal,
    );
    if (!begun.ok) return begun;
    this.#inBackground(begun.value.ended);
    return ok(null);
  }

  /** False: no such host. So for what follows. */
  reconnect(id: HostId): boolean {
    const host = this.#find(id);
    if (host) this.#deps.ssh.placeOf(host).reconnect();
    return host !== undefined;
  }

  async setForwardAgent(id: HostId, forwardAgent: boolean): Promise<boolean> {
    const { records, workspaces } = this.#deps;
    if (!this.#find(id) || !(await records.setForwardAgent(id, forwardAgent))) return false;
    this.#hosts = this.#hosts.map((host) => (host.id === id ? { ...host, forwardAgent } : host));
    const host = this.#find(id);
    if (host) workspaces.replaceHost(host);
    this.#adopt();
    return true;
  }

  async forgetSecrets(id: HostId): Promise<boolean> {
    const host = this.#find(id);
    if (host) await this.#deps.remembered.forgetHost(host.target);
    return host !== undefined;
  }

  /** Null: no such host. */
  async remove(id: HostId, force: boolean): Promise<Result<HostRemoval, SshRefusal> | null> {
    const { ssh, workspaces } = this.#deps;
    const host = this.#find(id);
    if (!host) return null;
    const removal = await ssh.remove(host, force, this.#closing.signal);
    // Its link is closed; the next use opens another one.
    workspaces.replaceHost(host);
    this.#adopt();
    return removal;
  }

  /** Feeds end, and what was begun is awaited. Links are their owner's to close. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The app is closing.', 'AbortError'));
    await Promise.allSettled(this.#background);
  }

  #find(id: HostId): HostRecord | undefined {
    return this.#hosts.find((host) => host.id === id);
  }

  /** A workspace was opened on a host: it may be new, or be reached with another key. */
  #adopt(): void {
    const fresh = new Map(this.#deps.workspaces.hosts().map((host) => [host.id, host]));
    const known = new Set(this.#hosts.map(({ id }) => id));
    this.#hosts = [
      ...this.#hosts.map((host) => fresh.get(host.id) ?? host),
      ...[...fresh.values()].filter(({ id }) => !known.has(id)),
    ];
    for (const host of this.#hosts) this.#follow(this.#deps.ssh.placeOf(host));
    this.#changes.send(null);
  }

  #follow(place: Place): void {
    if (this.#followed.has(place)) return;
    this.#followed.add(place);
    this.#inBackground(place.follow(() => this.#changes.send(null), this.#closing.signal));
  }

  #inBackground(work: Promise<void>): void {
    const task = work
      .catch((error: unknown) => {
        if (this.#closing.signal.aborted) return;
        this.#deps.log.warn('A host could not be looked at.', errorFields(error));
      })
      .finally(() => this.#background.delete(task));
    this.#background.add(task);
  }
}

async function forEach(events: AsyncIterable<unknown>, run: () => void): Promise<void> {
  const each = events[Symbol.asyncIterator]();
  while (!(await each.next()).done) run();
}
