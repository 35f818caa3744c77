import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { asId, type ChatId, type ModelConfigId, type OwnerId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import type { ProviderOperations } from '../db/providers.ts';
import type { SettingOperations } from '../db/settings.ts';
import type { TestBuild } from '../db/test-build.ts';
import { openWorkerStore, type WorkerStore } from '../db/worker-client.ts';
import { type BackupDeps, type Backups, createBackups } from './backups.ts';

export const preparedDir = path.resolve(import.meta.dirname, '../../out/resources');
export const ownerId = asId<OwnerId>(randomUUID());

export type TestStore = WorkerStore<ChatOperationMap & ProviderOperations & SettingOperations>;

/** The real database in its worker, as the app opens it. */
export function openIn(dataDir: string, { workerFile }: TestBuild): Promise<TestStore> {
  return openWorkerStore({ workerFile, dataDir, preparedDir, log: silentLog });
}

export function backupsOf(
  of: { readonly dataDir: string; readonly store: TestStore; readonly build: TestBuild },
  change: Partial<BackupDeps> = {},
): Backups {
  const workerFile = path.join(of.build.directory, 'backup-worker.mjs');
  return createBackups({
    ...of,
    workerFile,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    showInFolder() {},
    stopChats: async () => 0,
    tell() {},
    onRestored() {},
    ...change,
  });
}

export async function addModel(store: TestStore): Promise<void> {
  await store.call('addAccount', {
    kind: 'openai-compat',
    name: 'Somebody',
    baseUrl: 'http://127.0.0.1:1/v1',
    models: [{ model: 'm', displayName: 'm', contextLimit: null }],
  } as never);
}

export async function addChat(store: TestStore, title: string, running = false): Promise<ChatId> {
  const chatId = asId<ChatId>(randomUUID());
  const made = await store.call('createChat', {
    chatId,
    ownerId,
    workspaceId: null,
    title,
    modelConfigId: null as ModelConfigId | null,
    effort: null,
    spawnKey: randomUUID(),
    status: running ? 'running' : 'waiting',
    messages: [{ role: 'user', content: [{ type: 'text', text: title }] }],
  });
  invariant(made.ok, 'the chat was made');
  return chatId;
}

export async function titlesIn(store: TestStore): Promise<readonly string[]> {
  return (await store.call('listChats', { ownerId, archived: false })).map(({ title }) => title).sort();
}
