import path from 'node:path';
import type { AppEvent, AppInfo, Settings } from '@shared/contract/app.ts';
import {
  asId,
  type ChatId,
  type HostId,
  type OwnerId,
  type WorkerId,
  type WorkspaceId,
} from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { createHosts } from './agent-client/hosts.ts';
import { startLocalAgent } from './agent-client/local.ts';
import { createBroadcast } from './base/broadcast.ts';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { createMask } from './base/mask.ts';
import type { Random } from './base/random.ts';
import { createSlots } from './base/slots.ts';
import { createAttention } from './chatd/generation/attention.ts';
import { createToolbox } from './chatd/generation/toolbox.ts';
import { createHints } from './chatd/stream/hints.ts';
import type { ChatOperationMap } from './chatd/machine/store.ts';
import { createPartBuffer } from './chatd/stream/part-buffer.ts';
import { startWorker } from './chatd/worker/worker.ts';
import type { ProviderOperations } from './db/providers.ts';
import type { SettingOperations } from './db/settings.ts';
import { openWorkerStore } from './db/worker-client.ts';
import type { WorkspaceOperations } from './db/workspaces.ts';
import { appCalls, appFeeds } from './ipc/app.ts';
import { chatCalls, chatFeeds } from './ipc/chats.ts';
import type { CallHandlers, FeedHandlers } from './ipc/handlers.ts';
import { workspaceCalls, workspaceFeeds } from './ipc/workspaces.ts';
import { createModels, type Secrets } from './models/accounts.ts';
import { workspaceTools } from './tools/registry.ts';
import { createWorkspaces } from './workspaces/registry.ts';

/** What `db-worker.ts` serves. */
type DaemonOperations = ChatOperationMap & ProviderOperations & WorkspaceOperations & SettingOperations;

/** Open model calls: in all, and per provider (CHATD decision 16). */
const MODEL_CALLS = 24;
const MODEL_CALLS_PER_PROVIDER = 8;
const RUNNING_TOOLS = 16;
/** Hints are in-process on PGlite: the polls only heal. */
const SAFETY_POLL_MS = 30_000;

export interface DaemonOptions {
  /** The user data directory: the database lives in its `db/`. */
  readonly dataDir: string;
  readonly dbWorkerFile: string;
  readonly preparedDir: string;
  readonly agentFile: string;
  /** Runs the local agent: Node, or Electron's executable as Node. */
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly secrets: Secrets & { readonly persist: boolean };
  notify(notification: { chatId: ChatId; title: string; body: string; onClick(): void }): void;
  /** Brings the window to the front. */
  focusWindow(): void;
  pickFolder(): Promise<string | null>;
  openUrl(url: string): Promise<void>;
  onSettings(settings: Settings): void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** From the command line; opened before the window asks. */
  readonly folder: string | null;
  readonly approvals: ApprovalMode | null;
  readonly version: string;
  readonly runtime: string;
}

export interface Daemon {
  readonly calls: CallHandlers;
  readonly feeds: FeedHandlers;
  readonly settings: Settings;
  /** A second start named a folder. */
  openFolder(folder: string, approvals: ApprovalMode | null): Promise<void>;
  /** The machine woke up, or the network changed: links try at once. */
  wake(): void;
  /** Runs are handed back, everything is awaited, the database is closed in order. */
  close(): Promise<void>;
}

const DEFAULT_SETTINGS: Settings = { theme: 'system', notifications: true };

/** The composition root. Imports no electron: it also runs under plain Node. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { clock, log, random, env } = options;
  const store = await openWorkerStore<DaemonOperations>({
    workerFile: options.dbWorkerFile,
    dataDir: options.dataDir,
    preparedDir: options.preparedDir,
    log,
  });
  const { installationId, ownerId: owner } = await store.call('loadInstallation', {});
  const ownerId = asId<OwnerId>(owner);
  const stored = await store.call('loadSetting', { key: 'window' });
  let settings: Settings = { ...DEFAULT_SETTINGS, ...(stored as Partial<Settings> | null) };
  const events = createBroadcast<AppEvent>();
  const hints = createHints(store);
  const parts = createPartBuffer(log);

  const models = createModels({ store, env, secrets: options.secrets, clock, log });
  const hosts = createHosts({
    agentFile: options.agentFile,
    knownHostsFile: path.join(options.homeDir, '.ssh', 'known_hosts'),
    home: options.homeDir,
    sshAuthSock: env['SSH_AUTH_SOCK'] ?? null,
    ...(env['GAFFER_REMOTE_HOME'] ? { remoteHome: env['GAFFER_REMOTE_HOME'] } : {}),
    clock,
    random,
    log,
  });
  const workspaces = createWorkspaces({
    store,
    hosts,
    startLocal: () =>
      startLocalAgent({
        agentFile: options.agentFile,
        nodePath: options.nodePath,
        ...('electron' in process.versions ? { nodeEnv: { ELECTRON_RUN_AS_NODE: '1' } } : {}),
        home: path.join(options.homeDir, '.gaffer'),
        clock,
      }),
    clock,
    log,
    ownerId,
  });
  await Promise.all([models.start(), workspaces.start()]);

  const modelSlots = slotsByProvider();
  const attention = createAttention({
    store,
    ownerId,
    log,
    notify: (n) =>
      options.notify({
        ...n,
        onClick() {
          options.focusWindow();
          events.send({ type: 'open-chat', chatId: n.chatId, messageId: null });
        },
      }),
    enabled: () => settings.notifications,
  });
  const worker = startWorker({
    store,
    hints,
    parts,
    clock,
    log,
    random,
    installationId,
    workerId: asId<WorkerId>(random.uuid()),
    acquirePollMs: SAFETY_POLL_MS,
    resolveModel: (id) => models.resolve(id),
    toolbox: createToolbox({
      tools: workspaceTools,
      connectionFor: (id) => workspaces.connectionFor(id),
      modeOf: (id) => workspaces.modeOf(id),
      onEffect: (id) => workspaces.refresh(id),
      mask: createMask(() => models.knownSecrets()),
      clock,
      log,
    }),
    modelSlots,
    toolSlots: createSlots(RUNNING_TOOLS),
    onAttention: (chatId, why) => attention.report(chatId, why),
  });

  let opened: { workspaceId: WorkspaceId | null; problem: string | null } = {
    workspaceId: null,
    problem: null,
  };
  async function openFolder(folder: string, approvals: ApprovalMode | null): Promise<void> {
    const result = await workspaces.openFolder(folder, approvals);
    opened = result.ok
      ? { workspaceId: result.value, problem: null }
      : { workspaceId: null, problem: result.error.message };
    if (result.ok) events.send({ type: 'open-workspace', workspaceId: result.value });
    else events.send({ type: 'toast', message: result.error.message });
  }
  if (options.folder) await openFolder(options.folder, options.approvals);

  const info = async (): Promise<AppInfo> => ({
    version: options.version,
    platform: process.platform as AppInfo['platform'],
    runtime: options.runtime,
    settings,
    workspaceId: opened.workspaceId ?? workspaces.list()[0]?.id ?? null,
    folderProblem: opened.problem,
    secretsPersist: options.secrets.persist,
  });
  const chatDeps = {
    store,
    hints,
    parts,
    clock,
    random,
    ownerId,
    safetyPollMs: SAFETY_POLL_MS,
    hasWorkspace: (id: string) => workspaces.list().some((w) => w.id === id),
  };
  const workspaceDeps = { workspaces, store, ownerId, pickFolder: () => options.pickFolder() };
  const appDeps = {
    info,
    models,
    watchEvents: (signal: AbortSignal) => events.watch(signal),
    setInFront: (chatId: ChatId | null) => attention.setInFront(chatId),
    openUrl: (url: string) => options.openUrl(url),
    async saveSettings(change: Partial<Settings>) {
      settings = { ...settings, ...change };
      await store.call('saveSetting', { key: 'window', value: settings });
      options.onSettings(settings);
      events.send({ type: 'settings', settings });
      return settings;
    },
  };

  return {
    calls: { ...appCalls(appDeps), ...chatCalls(chatDeps), ...workspaceCalls(workspaceDeps) },
    feeds: { ...appFeeds(appDeps), ...chatFeeds(chatDeps), ...workspaceFeeds(workspaceDeps) },
    get settings() {
      return settings;
    },
    openFolder,
    wake: () => hosts.wake(),
    async close() {
      await worker.close();
      await attention.close();
      await Promise.all([workspaces.close(), models.close()]);
      await hosts.close();
      hints.close();
      await store.close();
    },
  };
}

function slotsByProvider() {
  const all = createSlots(MODEL_CALLS);
  const byProvider = new Map<string, ReturnType<typeof createSlots>>();
  return (provider: string) => {
    const own = byProvider.get(provider) ?? createSlots(MODEL_CALLS_PER_PROVIDER);
    byProvider.set(provider, own);
    return [own, all];
  };
}
