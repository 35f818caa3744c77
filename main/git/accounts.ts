import type { CallFailure } from '@shared/contract/define.ts';
import type { ForgeKind, GitAccount } from '@shared/model/git.ts';
import type { GitAccountId, OwnerId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { type Broadcast, createBroadcast } from '../base/broadcast.ts';
import type { GitAccountRow, GitOperations, GitUseRow } from '../db/git.ts';
import type { Store } from '../db/store.ts';
import type { AnswerStore } from '../ssh/remembered.ts';
import type { CheckToken } from './forge/check-token.ts';
import { type ForgeSite, publicSite, siteOf } from './forge/sites.ts';

export interface AccountsDeps {
  readonly store: Pick<Store<GitOperations>, 'call' | 'onHint'>;
  readonly ownerId: OwnerId;
  /** Of the operating system. */
  readonly secrets: AnswerStore;
  readonly checkToken: CheckToken;
}

export interface NewGitAccount {
  readonly kind: ForgeKind;
  readonly host: string;
  readonly apiBase: string;
  readonly token?: string | undefined;
}

/** A site, and the account there if there is one. */
export interface Known {
  readonly site: ForgeSite;
  readonly accountId: GitAccountId | null;
}

/** What the person said about the token of a host on a machine; null: nothing yet. */
export type Allowed = boolean | null;

type Answer<T, E extends string> = Promise<Result<T, CallFailure<E>>>;

/** Tokens of forges: rows of the database without the tokens, which the operating system keeps. */
export interface GitAccounts {
  watch(signal: AbortSignal): AsyncIterable<readonly GitAccount[]>;
  add(account: NewGitAccount): Answer<{ accountId: GitAccountId }, 'host-taken'>;
  setToken(accountId: GitAccountId, token: string): Answer<null, 'not-found'>;
  test(
    accountId: GitAccountId,
  ): Answer<{ login: string }, 'not-found' | 'no-token' | 'refused' | 'unreachable'>;
  remove(accountId: GitAccountId): Answer<null, 'not-found'>;
  askAgain(accountId: GitAccountId): Answer<null, 'not-found'>;
  /** Of the host that a remote or a question names; null: nobody knows it. */
  find(host: string): Promise<Known | null>;
  /** Null: there is none. */
  token(known: Known): Promise<string | null>;
  /** The person signed in at a site, with or without an account before. */
  signIn(known: Known, token: string): Promise<void>;
  loadUse(host: string, machine: string): Promise<Allowed>;
  setUse(use: { host: string; machine: string; machineName: string; allowed: boolean }): Promise<void>;
  /** Every token that was used in this run: to be masked. */
  knownSecrets(): readonly string[];
}

const nameOf = (id: GitAccountId) => `git:${id}`;
const GONE = err({ code: 'not-found' as const, message: 'This account does not exist any more.' });

export function createGitAccounts(deps: AccountsDeps): GitAccounts {
  return new StoredAccounts(deps);
}

class StoredAccounts implements GitAccounts {
  readonly #deps: AccountsDeps;
  readonly #changes: Broadcast<null> = createBroadcast<null>();
  readonly #known = new Set<string>();

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  async *watch(signal: AbortSignal): AsyncGenerator<readonly GitAccount[]> {
    const left = new AbortController();
    const changes = this.#changes.watch(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
    // Also what another process on the same database has changed.
    const stop = this.#deps.store.onHint(({ channel, payload }) => {
      const isOurs = channel === 'settings_update' && payload['key'] === 'git';
      if (isOurs || channel === 'hints_lost') this.#changes.send(null);
    });
    try {
      let change = changes.next();
      for (;;) {
        yield await this.#list();
        if ((await change).done) return;
        change = changes.next();
      }
    } finally {
      stop();
      // A generator's return waits behind its pending next, which only the signal ends.
      left.abort();
      await changes.return?.();
    }
  }

  async add({ kind, host, apiBase, token }: NewGitAccount): ReturnType<GitAccounts['add']> {
    const accountId = await this.#insert(kind, host, apiBase);
    if (accountId === null)
      return err({ code: 'host-taken', message: `There is an account for ${host} already.` });
    if (token !== undefined) await this.#keep(accountId, token);
    return ok({ accountId });
  }

  async setToken(accountId: GitAccountId, token: string): ReturnType<GitAccounts['setToken']> {
    if (!(await this.#row(accountId))) return GONE;
    await this.#keep(accountId, token);
    return ok(null);
  }

  async test(accountId: GitAccountId): ReturnType<GitAccounts['test']> {
    const row = await this.#row(accountId);
    if (!row) return GONE;
    const token = await this.#read(accountId);
    if (token === null) return err({ code: 'no-token', message: 'There is no token to test.' });
    return this.#deps.checkToken(siteOf(row.kind, row.host, row.api_base), token);
  }

  async remove(accountId: GitAccountId): ReturnType<GitAccounts['remove']> {
    const { store, ownerId, secrets } = this.#deps;
    await secrets.remove(nameOf(accountId));
    return (await store.call('removeGitAccount', { ownerId, accountId })) ? ok(null) : GONE;
  }

  async askAgain(accountId: GitAccountId): ReturnType<GitAccounts['askAgain']> {
    const { store, ownerId } = this.#deps;
    const row = await this.#row(accountId);
    if (!row) return GONE;
    await store.call('forgetGitUses', { ownerId, host: row.host });
    return ok(null);
  }

  async find(host: string): Promise<Known | null> {
    const { accounts } = await this.#load();
    const row = accounts.find((one) => one.host === host) ?? onlyByName(accounts, host);
    if (row) return { site: siteOf(row.kind, row.host, row.api_base), accountId: row.id };
    const site = publicSite(host);
    return site && { site, accountId: null };
  }

  async token({ accountId }: Known): Promise<string | null> {
    return accountId === null ? null : this.#read(accountId);
  }

  async signIn({ site, accountId }: Known, token: string): Promise<void> {
    // Another window may just have added it.
    const id = accountId ?? (await this.#insert(site.kind, site.host, site.apiBase));
    const found = id ?? (await this.find(site.host))?.accountId;
    if (found) await this.#keep(found, token);
  }

  async loadUse(host: string, machine: string): Promise<Allowed> {
    const { uses } = await this.#load();
    return uses.find((use) => use.host === host && use.machine === machine)?.allowed ?? null;
  }

  async setUse(use: Parameters<GitAccounts['setUse']>[0]): Promise<void> {
    await this.#deps.store.call('setGitUse', { ownerId: this.#deps.ownerId, ...use });
  }

  knownSecrets(): readonly string[] {
    return [...this.#known];
  }

  #load() {
    return this.#deps.store.call('loadGitAccounts', { ownerId: this.#deps.ownerId });
  }

  async #list(): Promise<readonly GitAccount[]> {
    const { accounts, uses } = await this.#load();
    const names = new Set(this.#deps.secrets.names());
    return accounts.map((row) => accountOf(row, uses, names.has(nameOf(row.id))));
  }

  async #row(id: GitAccountId): Promise<GitAccountRow | null> {
    return (await this.#load()).accounts.find((row) => row.id === id) ?? null;
  }

  #insert(kind: ForgeKind, host: string, apiBase: string): Promise<GitAccountId | null> {
    const { store, ownerId } = this.#deps;
    return store.call('addGitAccount', {
      ownerId,
      kind,
      host,
      apiBase: siteOf(kind, host, apiBase).apiBase,
    });
  }

  async #keep(id: GitAccountId, token: string): Promise<void> {
    // Known before it is anywhere: whatever fails on the way must not show it.
    this.#known.add(token);
    await this.#deps.secrets.set(nameOf(id), token);
    this.#changes.send(null);
  }

  async #read(id: GitAccountId): Promise<string | null> {
    const token = await this.#deps.secrets.get(nameOf(id));
    if (token !== null) this.#known.add(token);
    return token;
  }
}

/** A remote over SSH names the host without the port of its pages. */
function onlyByName(accounts: readonly GitAccountRow[], host: string): GitAccountRow | null {
  const found = accounts.filter((one) => one.host.replace(/:\d+$/, '') === host);
  return found.length === 1 ? (found[0] ?? null) : null;
}

function accountOf(row: GitAccountRow, uses: readonly GitUseRow[], hasToken: boolean): GitAccount {
  return {
    id: row.id,
    kind: row.kind,
    host: row.host,
    apiBase: row.api_base,
    hasToken,
    uses: uses
      .filter(({ host }) => host === row.host)
      .map(({ machine_name, allowed }) => ({ machine: machine_name, allowed })),
  };
}
