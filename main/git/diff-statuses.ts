import type { GitHeadResponse } from '@shared/agent-protocol/git.ts';
import type { ChatDiffStatus } from '@shared/model/git.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { DiffFacts, DiffStatusRow, GitOperations } from '../db/git.ts';
import type { Store } from '../db/store.ts';
import type { GitPlace } from './follow-asks.ts';
import { type LookUpDeps, lookUp } from './look-up.ts';

/** CHATD 11.4. */
const TTL_MS = 120_000;
const ATTEMPT_MS = 20_000;
const DELAYS_MS = [1_000, 3_000, 5_000, 10_000, 20_000] as const;

export interface DiffStatusDeps extends LookUpDeps {
  readonly store: Pick<Store<GitOperations>, 'call'>;
  readonly ownerId: OwnerId;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DiffStatuses {
  /** What is stale is looked up first; when that fails, the old one. Null: the chat has to do with no repository. */
  load(chatId: ChatId): Promise<ChatDiffStatus | null>;
  loadAll(): Promise<readonly ChatDiffStatus[]>;
  /** Git ran somewhere: those whom it concerns are looked up now and a few times more. */
  onPlace(place: GitPlace): Promise<void>;
  /** A chat did something in a repository. Another branch is as if git had said so; else only the counts are new. */
  onHead(seen: Pick<GitPlace, 'chatId' | 'workspaceIds' | 'directory'> & SeenHead): Promise<void>;
  close(): Promise<void>;
}

interface SeenHead {
  readonly chatId: ChatId;
  readonly head: Extract<GitHeadResponse, { kind: 'head' }>;
}

export function createDiffStatuses(deps: DiffStatusDeps): DiffStatuses {
  return new StoredStatuses(deps);
}

class StoredStatuses implements DiffStatuses {
  readonly #deps: DiffStatusDeps;
  readonly #closing = new AbortController();
  readonly #running = new Map<ChatId, Promise<boolean>>();
  /** What is looked up a few times more, by the chats that it concerns. */
  readonly #rounds = new Map<string, AbortController>();
  readonly #background = new Set<Promise<void>>();

  constructor(deps: DiffStatusDeps) {
    this.#deps = deps;
  }

  async load(chatId: ChatId): Promise<ChatDiffStatus | null> {
    const row = await this.#row(chatId);
    if (!row || !isStale(row, this.#deps.clock.now())) return row && statusOf(row);
    await this.#refresh(chatId);
    return statusOf((await this.#row(chatId)) ?? row);
  }

  async loadAll(): Promise<readonly ChatDiffStatus[]> {
    const { store, ownerId } = this.#deps;
    return (await store.call('loadDiffStatuses', { ownerId })).map(statusOf);
  }

  async onPlace(place: GitPlace): Promise<void> {
    const { store, ownerId } = this.#deps;
    const chatIds = await store.call('storeChatGitRef', { ownerId, ...place });
    if (chatIds.length > 0 && !this.#closing.signal.aborted) this.#startRound(chatIds);
  }

  async onHead({ head, ...where }: Parameters<DiffStatuses['onHead']>[0]): Promise<void> {
    const { chatId, directory } = where;
    const row = await this.#row(chatId);
    const [branch, origin] = [head.branch ?? '', head.origin ?? ''];
    const isKnown =
      row?.git_directory === directory && row.git_branch === branch && row.git_remote_origin === origin;
    if (!isKnown) return this.onPlace({ ...where, branch, origin });
    const { additions, deletions, changed_files: changedFiles } = head;
    // With a pull request its own counts are shown.
    if (row.pull_request_number !== null || !differs(row, head)) return;
    await this.#deps.store.call('saveDiffStatus', {
      chatId,
      branch,
      origin,
      facts: { ...factsIn(row), additions, deletions, changedFiles },
      at: row.refreshed_at,
      staleAt: row.stale_at,
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The app is closing.', 'AbortError'));
    await Promise.allSettled([...this.#background, ...this.#running.values()]);
  }

  #row(chatId: ChatId): Promise<DiffStatusRow | null> {
    const { store, ownerId } = this.#deps;
    return store.call('loadDiffStatus', { ownerId, chatId });
  }

  /** Answers whether the chat's branch may still come to have a pull request. One look at a time for each chat. */
  #refresh(chatId: ChatId): Promise<boolean> {
    const one =
      this.#running.get(chatId) ?? this.#refreshOnce(chatId).finally(() => this.#running.delete(chatId));
    this.#running.set(chatId, one);
    return one;
  }

  async #refreshOnce(chatId: ChatId): Promise<boolean> {
    const { store, clock, log } = this.#deps;
    const row = await this.#row(chatId);
    if (!row) return false;
    const inTwoMinutes = () => new Date(clock.now() + TTL_MS).toISOString();
    try {
      const { signal } = this.#closing;
      const found = await within(clock, ATTEMPT_MS, signal, (until) => lookUp(this.#deps, row, until));
      await store.call('saveDiffStatus', {
        chatId,
        branch: row.git_branch,
        origin: row.git_remote_origin,
        facts: found.facts,
        at: new Date(clock.now()).toISOString(),
        staleAt: inTwoMinutes(),
      });
      return found.mayChange;
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      log.info('git: a branch was not looked up', { chatId, ...errorFields(error) });
      await store.call('postponeDiffStatus', { chatId, staleAt: inTwoMinutes() });
      return true;
    }
  }

  /** Until every chat has a pull request, or none can have one. */
  async #lookAgain(chatIds: readonly ChatId[], signal: AbortSignal): Promise<void> {
    for (const delay of DELAYS_MS) {
      await this.#deps.clock.sleep(delay, signal);
      const open = await Promise.all(chatIds.map((chatId) => this.#refresh(chatId)));
      if (!open.includes(true)) return;
    }
  }

  #startRound(chatIds: readonly ChatId[]): void {
    const key = [...chatIds].sort().join(' ');
    // What happens again begins anew.
    this.#rounds.get(key)?.abort();
    const round = new AbortController();
    this.#rounds.set(key, round);
    const signal = AbortSignal.any([this.#closing.signal, round.signal]);
    const task = this.#lookAgain(chatIds, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#deps.log.warn('git: branches were not looked up', errorFields(error));
      })
      .finally(() => {
        this.#background.delete(task);
        if (this.#rounds.get(key) === round) this.#rounds.delete(key);
      });
    this.#background.add(task);
  }
}

function differs(row: DiffStatusRow, head: SeenHead['head']): boolean {
  return (
    row.additions !== head.additions ||
    row.deletions !== head.deletions ||
    row.changed_files !== head.changed_files
  );
}

function factsIn(row: DiffStatusRow): DiffFacts {
  return {
    url: row.url,
    number: row.pull_request_number,
    state: row.pull_request_state,
    changesRequested: row.changes_requested,
    checks: row.checks,
    additions: row.additions,
    deletions: row.deletions,
    changedFiles: row.changed_files,
  };
}

function isStale({ stale_at, url, git_branch }: DiffStatusRow, now: number): boolean {
  return Date.parse(stale_at) <= now && (url !== null || git_branch !== '');
}

function statusOf({
  git_directory: _where,
  workspace_id: _whose,
  ...status
}: DiffStatusRow): ChatDiffStatus {
  return status;
}

/** Rejects when the time is over. */
async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = new AbortController();
  clock.sleep(ms, timer.signal).then(
    () => late.abort(new DOMException(`It took longer than ${ms / 1000} s.`, 'TimeoutError')),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    timer.abort();
  }
}
