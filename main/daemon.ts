import path from 'node:path';
import type { Settings } from '@shared/contract/app.ts';
import type { DeepLink } from '@shared/model/deep-link.ts';
import { asId, type ChatId, type OwnerId, type WorkerId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import type { ZoomWay } from '@shared/model/zoom.ts';
import { beginDaemon } from './assembly/begin-daemon.ts';
import { driveChats } from './assembly/drive-chats.ts';
import { closers, inOrder } from './assembly/in-order.ts';
import type { KnownSecrets } from './assembly/known-secrets.ts';
import { type Keeping, openKeeping } from './assembly/open-keeping.ts';
import { openPlaces } from './assembly/open-places.ts';
import type { DaemonOperations, DaemonOptions, DaemonStore } from './assembly/options.ts';
import { errorFields, type Log } from './base/log.ts';
import { joinReplicas, type ReplicaDeps } from './chatd/relay/replica.ts';
import { createHints } from './chatd/stream/hints.ts';
import { PartBuffer } from './chatd/stream/part-buffer.ts';
import { localParts } from './chatd/stream/parts-source.ts';
import { createPoller } from './chatd/stream/poller.ts';
import { HEARTBEAT_MS, LEASE_MS } from './chatd/worker/worker.ts';
import type { WorkerStore } from './db/worker-client.ts';
import type { Git } from './git/git.ts';
import { accountCalls, accountFeeds } from './ipc/accounts.ts';
import { type AppHandlerDeps, appCalls, appFeeds } from './ipc/app.ts';
import { attachmentCalls } from './ipc/attachments.ts';
import { backupCalls, backupFeeds } from './ipc/backups.ts';
import { type ChatHandlerDeps, chatCalls, chatFeeds } from './ipc/chats.ts';
import { openFace } from './ipc/face.ts';
import { gitCalls, gitFeeds } from './ipc/git.ts';
import type { CallHandlers, FeedHandlers } from './ipc/handlers.ts';
import { type HostHandlerDeps, hostCalls, hostFeeds } from './ipc/hosts.ts';
import { createPrivateCopies, type PrivateCopies } from './ipc/private-copies.ts';
import { ruleCalls, ruleFeeds } from './ipc/rules.ts';
import { type SearchHandlerDeps, searchCalls, searchFeeds } from './ipc/search.ts';
import { type TemplateHandlerDeps, templateCalls, templateFeeds } from './ipc/templates.ts';
import { terminalCalls, terminalFeeds } from './ipc/terminals.ts';
import { transferCalls, transferFeeds } from './ipc/transfer.ts';
import { usageCalls, usageFeeds } from './ipc/usage.ts';
import { type WorkspaceHandlerDeps, workspaceCalls, workspaceFeeds } from './ipc/workspaces.ts';
import { createModels, type Models } from './models/accounts.ts';
import { createUsage, type Usage } from './models/usage.ts';
import { type Searching, startSearching } from './search/searching.ts';
import { loadMachineId } from './workspaces/machine-id.ts';
import type { Workspaces } from './workspaces/registry.ts';
import { createRuleBook, type RuleBook } from './workspaces/rule-book.ts';
import type { Terminals } from './workspaces/terminals.ts';

export type { DaemonOptions } from './assembly/options.ts';

/** Hints are in-process on PGlite: the polls only heal. */
const SAFETY_POLL_MS = 30_000;
/** On a server they come over a connection that may break, and chats of others may become free. */
const SHARED_POLL_MS = 10_000;
const SHARED_ACQUIRE_MS = 1_000;
/** Heartbeats in a lease. */
const BEATS_A_LEASE = 10;

export interface Daemon {
  readonly calls: CallHandlers;
  readonly feeds: FeedHandlers;
  readonly settings: Settings;
  /** Asked for by the menu of the system. */
  zoom(way: ZoomWay): Promise<void>;
  /** A second start named a folder; the window of this number shows it. */
  openFolder(folder: string, approvals: ApprovalMode | null, window: number | null): Promise<void>;
  /** Of the tray: the window in front shows it. */
  openChat(chatId: ChatId): void;
  /** A link from outside: it fills in, the person decides. */
  openLink(link: DeepLink): Promise<void>;
  /** Resolves when the database's worker died: nothing works any more until a new daemon is started. */
  readonly lost: Promise<Error>;
  /** Resolves when a copy of the database is to take its place: a new daemon, started after this one is closed, has it. */
  readonly restored: Promise<void>;
  /** Null: nobody else uses the database. */
  readonly replica: { readonly id: WorkerId; readonly url: string } | null;
  /** Asks the person when something still runs on this computer; false: they would rather not quit. */
  mayLeave(): Promise<boolean>;
  /** The machine woke up: links try at once, and feeds look whether they missed something. */
  wake(): void;
  /** Runs are handed back, everything is awaited, the database is closed in order. */
  close(): Promise<void>;
}

/** What is different where several processes share the database (CHATD 3.1, decision 7). */
interface Sharing {
  /** Null: one process owns the database, so one computer owns all folders. */
  readonly machineId: string | null;
  readonly safetyPollMs: number;
  readonly acquirePollMs: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
}

async function loadSharing(options: DaemonOptions, isShared: boolean): Promise<Sharing> {
  // For tests: a lease of five minutes is long to wait for.
  const leaseMs = Number(options.env['GAFFER_LEASE_MS']) || LEASE_MS;
  return {
    machineId: isShared ? await loadMachineId(path.join(options.homeDir, '.gaffer'), options.random) : null,
    safetyPollMs: isShared ? SHARED_POLL_MS : SAFETY_POLL_MS,
    acquirePollMs: isShared ? SHARED_ACQUIRE_MS : SAFETY_POLL_MS,
    leaseMs,
    heartbeatMs: Math.min(HEARTBEAT_MS, leaseMs / BEATS_A_LEASE),
  };
}

/** The composition root. Imports no electron: it also runs under plain Node. `begun`: its database is being opened. */
export async function startDaemon(given: DaemonOptions, begun = beginDaemon(given)): Promise<Daemon> {
  const store = await begun.store;
  try {
    return await assemble(begun.options, store, begun.secrets);
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

async function loadInstallation(store: DaemonStore) {
  const { installationId, ownerId } = await store.call('loadInstallation', {});
  return { installationId, ownerId: asId<OwnerId>(ownerId) };
}

async function assemble(
  options: DaemonOptions,
  store: WorkerStore<DaemonOperations>,
  secrets: KnownSecrets,
): Promise<Daemon> {
  const { clock, log, random } = options;
  const { installationId, ownerId } = await loadInstallation(store);
  const hints = createHints(store);
  const base = { store, clock, log, random, ownerId, hints, parts: new PartBuffer(log) };
  const sharing = await loadSharing(options, !store.exclusive);
  const poller = createPoller(base, sharing.safetyPollMs);
  const closing = new AbortController();
  const { models, usage } = openModels(options, store, secrets);
  const places = openPlaces(options, { store, ownerId, machineId: sharing.machineId, secrets });
  await Promise.all([models.start(), places.start()]);
  const rules = createRuleBook(store, ownerId, log);
  const face = await openFace(options, { store, ownerId, models, ...places });
  const workerId = asId<WorkerId>(random.uuid());
  const { parts, replica } = await openParts(options, { ...base, ...sharing, workerId });
  const searching = startSearching(base);
  const work = { installationId, workerId, models, face, rules, places, searching, mask: secrets.mask };
  const driven = driveChats({ ...base, ...sharing, ...work });
  const keeping = openKeeping(options, secrets, { ...base, face });
  const copies = createPrivateCopies({ ...options, directory: path.join(options.dataDir, 'opened') });
  const stopFollowing = followWorkspaces(store, places.workspaces, log);
  const doors = openDoors({
    face,
    copies,
    accounts: { models, usage },
    rules,
    searching,
    chats: chatDoor({ ...base, usage, parts, poller, closing: closing.signal, rules }, places, driven),
    workspaces: { ...base, ...places, homeDir: options.homeDir, pickFolder: options.pickFolder },
    places,
    keeping,
  });
  return {
    ...doors,
    get settings() {
      return face.settings();
    },
    ...face.opening,
    lost: store.lost,
    restored: keeping.restored,
    replica: replica && { id: workerId, url: replica.url },
    wake() {
      places.hosts.wake();
      hints.lookAgain();
    },
    close: () =>
      inOrder([
        async () => stopFollowing(),
        () => keeping.close(),
        () => driven.worker.close(),
        ...closers([searching, face, copies, rules, models, places]),
        async () => closing.abort(),
        ...closers([replica, hints, store]),
      ]),
  };
}

function openModels(options: DaemonOptions, store: DaemonStore, secrets: KnownSecrets) {
  const { env, clock, log, dataDir } = options;
  const catalogueFile = path.join(dataDir, 'models.json');
  const models = createModels({ store, env, secrets: options.secrets, clock, log, catalogueFile });
  secrets.know(() => models.knownSecrets());
  return { models, usage: createUsage({ store, clock }) };
}

function chatDoor(
  base: Omit<ChatHandlerDeps, 'hasWorkspace' | 'regenerateTitle' | 'instructionFiles'>,
  { workspaces }: { readonly workspaces: Workspaces },
  { worker, toolbox }: ReturnType<typeof driveChats>,
): ChatHandlerDeps {
  return {
    ...base,
    hasWorkspace: (id) => workspaces.list().some((workspace) => workspace.id === id),
    regenerateTitle: (chatId) => worker.regenerateTitle(chatId),
    instructionFiles: toolbox.instructionFiles,
  };
}

/** All that windows can ask for. */
function openDoors(of: {
  readonly face: AppHandlerDeps;
  readonly copies: PrivateCopies;
  readonly accounts: { readonly models: Models; readonly usage: Usage };
  readonly chats: ChatHandlerDeps;
  readonly rules: RuleBook;
  readonly searching: Searching;
  readonly workspaces: WorkspaceHandlerDeps;
  readonly places: TemplateHandlerDeps &
    HostHandlerDeps & { readonly terminals: Terminals; readonly git: Git };
  readonly keeping: Keeping;
}): Pick<Daemon, 'calls' | 'feeds'> {
  const { face, chats, rules, searching, workspaces, places, keeping } = of;
  const { models, usage } = of.accounts;
  const search: SearchHandlerDeps = { ...searching, clock: chats.clock, closing: chats.closing };
  return {
    calls: {
      ...appCalls(face),
      ...accountCalls(models),
      ...usageCalls(usage),
      ...chatCalls(chats),
      ...attachmentCalls({ ...chats, copies: of.copies }),
      ...ruleCalls(rules),
      ...gitCalls(places.git),
      ...searchCalls(search),
      ...workspaceCalls(workspaces),
      ...templateCalls(places),
      ...terminalCalls(places.terminals),
      ...hostCalls(places),
      ...transferCalls(keeping.transfers),
      ...backupCalls(keeping.backups),
    },
    feeds: {
      ...appFeeds(face),
      ...accountFeeds(models),
      ...usageFeeds(usage),
      ...chatFeeds(chats),
      ...ruleFeeds(rules),
      ...gitFeeds(places.git),
      ...searchFeeds(search),
      ...workspaceFeeds(workspaces),
      ...templateFeeds(places),
      ...terminalFeeds(places.terminals),
      ...hostFeeds(places),
      ...transferFeeds(keeping.transfers),
      ...backupFeeds(keeping.backups),
    },
  };
}

/** Where the parts of running steps come from; on a shared database from the other replicas, too. */
async function openParts(
  { env }: DaemonOptions,
  {
    parts: buffer,
    ...deps
  }: Omit<ReplicaDeps, 'store' | 'buffer'> & { store: DaemonStore; parts: PartBuffer },
) {
  if (deps.store.exclusive) return { parts: localParts(buffer), replica: null };
  const listen = env['GAFFER_REPLICA_HOST'];
  const replica = await joinReplicas({ ...deps, buffer, listen, url: env['GAFFER_REPLICA_URL'] });
  return { parts: replica.parts, replica };
}

/** The list of a process whose database others use, too, is read again when one of them has changed it. */
function followWorkspaces(store: DaemonStore, workspaces: Workspaces, log: Log): () => void {
  if (store.exclusive) return () => {};
  return store.onHint(({ channel }) => {
    if (channel !== 'workspace_update' && channel !== 'hints_lost') return;
    workspaces.reload().catch((error: unknown) => {
      log.warn('The list of workspaces could not be read again', errorFields(error));
    });
  });
}
