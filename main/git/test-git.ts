import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { asId, type ChatId, type HostId, type OwnerId, type WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { invariant } from '@shared/util/invariant.ts';
import type { AgentClient } from '../agent-client/client.ts';
import { createBroadcast } from '../base/broadcast.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { insertModel } from '../chatd/test-chatd.ts';
import { type GitOperations, gitOperations } from '../db/git.ts';
import type { Store } from '../db/store.ts';
import { openTestStore } from '../db/test-store.ts';
import { type WorkspaceOperations, workspaceOperations } from '../db/workspaces.ts';
import type { AnswerStore } from '../ssh/remembered.ts';
import { createGit, type Git } from './git.ts';

/** Git over a real database, with workspaces and chats that the test makes. For tests only. */
export interface TestGit {
  readonly git: Git;
  readonly store: Store<ChatOperationMap & GitOperations & WorkspaceOperations>;
  readonly db: PGlite;
  readonly ownerId: OwnerId;
  readonly secrets: AnswerStore;
  /** `on`: a host, with an agent of its own; else this computer. */
  newWorkspace(directory: string, on?: TestHost): Promise<WorkspaceId>;
  newChat(workspaceId: WorkspaceId): Promise<ChatId>;
  /** All that was notified of since, by chat. */
  readonly told: ChatId[];
  close(): Promise<void>;
}

export interface TestHost {
  readonly hostId: HostId;
  readonly name: string;
  readonly client: AgentClient;
}

export interface TestGitOptions {
  /** Of this computer. */
  readonly client: AgentClient;
  readonly clock?: Clock;
  readonly fetch?: typeof globalThis.fetch;
  readonly log?: Log;
}

const OPENED = {
  mode: 'auto',
  trust: { answer: 'trusted', brings: null },
  branch: null,
  state: 'running',
  script: null,
  error: null,
  templateId: null,
  made: false,
  origin: null,
  actions: [],
} as const;

export async function openTestGit({ client, ...options }: TestGitOptions): Promise<TestGit> {
  type Ops = ChatOperationMap & GitOperations & WorkspaceOperations;
  const { store, db } = await openTestStore<Ops>([
    { role: 'daemon', operations: chatOperations },
    { role: 'owner', operations: gitOperations },
    { role: 'owner', operations: workspaceOperations },
  ]);
  await insertModel(db);
  const ownerId = asId<OwnerId>(randomUUID());
  const list: WorkspaceSummary[] = [];
  const clients = new Map<WorkspaceId, AgentClient>();
  const changes = createBroadcast<null>();
  const secrets = memorySecrets();
  const told: ChatId[] = [];
  store.onHint(({ channel, payload }) => {
    if (channel === 'chat_watch' && payload['kind'] === 'diff_status_change')
      told.push(asId<ChatId>(String(payload['chatId'])));
  });
  const git = createGit({
    store,
    ownerId,
    secrets,
    workspaces: {
      list: () => list,
      async *watch(signal) {
        yield [...list];
        for await (const _ of changes.watch(signal)) yield [...list];
      },
      async connectionFor(id) {
        const found = list.find((one) => one.id === id);
        invariant(found, 'the test asks for workspaces that it made');
        const theirs = clients.get(id) ?? client;
        const { directory, host } = found;
        return { client: theirs, directory, host, platform: 'linux', link: null };
      },
    },
    machineId: null,
    attended: true,
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: options.log ?? silentLog,
  });
  git.start();
  return {
    git,
    store,
    db,
    ownerId,
    secrets,
    told,
    async newWorkspace(directory, on) {
      const id = await store.call('upsertLocalWorkspace', {
        ownerId,
        directory,
        name: 'place',
        mode: 'auto',
      });
      const link = { state: 'up' } as const;
      const about = { id, kind: 'local', name: 'place', directory } as const;
      const host = { host: on?.name ?? 'this computer', hostId: on?.hostId ?? null };
      if (on) clients.set(id, on.client);
      list.push({ ...OPENED, ...about, ...host, link });
      changes.send(null);
      return id;
    },
    async newChat(workspaceId) {
      const chatId = asId<ChatId>(randomUUID());
      const created = await store.call('createChat', {
        chatId,
        ownerId,
        workspaceId,
        title: 'Git',
        modelConfigId: null,
        effort: null,
        spawnKey: chatId,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
      });
      invariant(created.ok, 'the chat is made');
      return chatId;
    },
    async close() {
      await git.close();
      await store.close();
    },
  };
}

function memorySecrets(): AnswerStore {
  const kept = new Map<string, string>();
  return {
    persist: false,
    get: async (name) => kept.get(name) ?? null,
    set: async (name, secret) => void kept.set(name, secret),
    remove: async (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  };
}
