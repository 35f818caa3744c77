import path from 'node:path';
import type { ChatId, OwnerId, WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { GitOperations } from '../db/git.ts';
import type { Store } from '../db/store.ts';
import type { AnswerStore } from '../ssh/remembered.ts';
import { isAway } from '../workspaces/away.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';
import { createGitAccounts, type GitAccounts } from './accounts.ts';
import { createAnswerer } from './answer-ask.ts';
import { createDiffStatuses, type DiffStatuses } from './diff-statuses.ts';
import { followAsks, type GitPlace } from './follow-asks.ts';
import { createCheckToken } from './forge/check-token.ts';
import type { Fetch } from './forge/read-json.ts';
import { createGitQuestions, type GitQuestions } from './questions.ts';

export interface GitDeps {
  readonly store: Pick<Store<GitOperations>, 'call' | 'onHint'>;
  readonly ownerId: OwnerId;
  readonly secrets: AnswerStore;
  readonly workspaces: {
    list(): readonly WorkspaceSummary[];
    watch(signal: AbortSignal): AsyncIterable<readonly WorkspaceSummary[]>;
    connectionFor(id: WorkspaceId): Promise<WorkspaceConnection>;
  };
  /** Null: no other computer shares the database. */
  readonly machineId: string | null;
  readonly attended: boolean;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What a chat did in its workspace is over. */
export interface ChatEffect {
  readonly chatId: ChatId;
  readonly workspaceId: WorkspaceId;
  /** Where its command ran, as the model said it; null: the workspace's own. */
  readonly directory: string | null;
}

export interface Git {
  readonly accounts: GitAccounts;
  readonly questions: GitQuestions;
  readonly statuses: DiffStatuses;
  /** From now on git is answered. */
  start(): void;
  onEffect(effect: ChatEffect): void;
  close(): Promise<void>;
}

const HEAD_MS = 30_000;

/** Null: there is no repository. */
async function headAt(connection: WorkspaceConnection, directory: string | null, signal: AbortSignal) {
  const at = path.posix.resolve(connection.directory, directory ?? '.');
  const head = await connection.client.gitHead(at, { signal });
  return head.kind === 'head' ? { at, head } : null;
}

/** Git with the person's accounts: what it asks for is answered, what it did is looked up. */
export function createGit(deps: GitDeps): Git {
  const { workspaces, clock, log } = deps;
  const closing = new AbortController();
  const questions = createGitQuestions(deps.random);
  const accounts = createGitAccounts({ ...deps, checkToken: createCheckToken(deps.fetch) });
  /** One that is not reached is not connected for this. */
  const reach = async (id: WorkspaceId | null): Promise<WorkspaceConnection | null> => {
    const found = workspaces.list().find((one) => one.id === id);
    return found?.link.state === 'up' && found.state === 'running'
      ? workspaces.connectionFor(found.id)
      : null;
  };
  const statuses = createDiffStatuses({
    ...deps,
    accounts,
    async loadCounts({ workspace_id, git_directory }, signal) {
      const connection = await reach(workspace_id);
      const found = connection && (await headAt(connection, git_directory, signal));
      if (!found) return null;
      const { additions, deletions, changed_files: changedFiles } = found.head;
      return { additions, deletions, changedFiles };
    },
  });
  const answer = createAnswerer({ accounts, questions, attended: deps.attended });
  const thisMachine = deps.machineId ?? 'local';
  const background = new Set<Promise<void>>();
  const inBackground = (work: Promise<void>, what: string) => {
    const task = work
      .catch((error: unknown) => {
        if (!closing.signal.aborted && !isAway(error)) log.warn(what, errorFields(error));
      })
      .finally(() => background.delete(task));
    background.add(task);
  };

  async function report({ chatId, workspaceId, directory }: ChatEffect): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(HEAD_MS)]);
    const connection = await reach(workspaceId);
    const found = connection && (await headAt(connection, directory, signal));
    if (!found) return;
    const { at, head } = found;
    await statuses.onHead({ chatId, workspaceIds: [workspaceId], directory: at, head });
  }

  return {
    accounts,
    questions,
    statuses,
    start() {
      const onPlace = (place: GitPlace) => statuses.onPlace(place);
      const follow = { workspaces, thisMachine, answer, onPlace, clock, log };
      inBackground(followAsks(follow, closing.signal), 'Git is not answered.');
    },
    onEffect(effect) {
      if (!closing.signal.aborted) inBackground(report(effect), 'A repository was not looked at.');
    },
    async close() {
      closing.abort(new DOMException('The app is closing.', 'AbortError'));
      await statuses.close();
      await Promise.all(background);
    },
  };
}
