import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from '@shared/contract/app.ts';
import { asId, type ChatId, type OwnerId, type WorkerId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { createHosts } from './agent-client/hosts.ts';
import { startLocalAgent } from './agent-client/local.ts';
import { failpointEnv } from './base/failpoints.ts';
import { errorFields, type Log, maskedLog } from './base/log.ts';
import { createMask, type Mask } from './base/mask.ts';
import type { Random } from './base/random.ts';
import { createSlots, type FairSlots } from './base/slots.ts';
import { createAgentTools } from './chatd/agents/agent-tools.ts';
import { createAgentWorktrees } from './chatd/agents/agent-worktrees.ts';
import type { Attention } from './chatd/generation/attention.ts';
import { chatPlaces } from './chatd/generation/chat-places.ts';
import type { Toolbox } from './chatd/generation/ports.ts';
import { createToolbox } from './chatd/generation/toolbox.ts';
import type { ChatOperationMap } from './chatd/machine/store.ts';
import { joinReplicas, type ReplicaDeps } from './chatd/relay/replica.ts';
import { createHints } from './chatd/stream/hints.ts';
import { PartBuffer } from './chatd/stream/part-buffer.ts';
import { localParts } from './chatd/stream/parts-source.ts';
import { createPoller } from './chatd/stream/poller.ts';
import {
  type ChatWorker,
  HEARTBEAT_MS,
  LEASE_MS,
  startWorker,
  type WorkerDeps,
} from './chatd/worker/worker.ts';
import type { DatabaseFaultCode } from './db/fault.ts';
import type { GitOperations } from './db/git.ts';
import type { ProviderOperations } from './db/providers.ts';
import type { ReplicaOperations } from './db/replicas.ts';
import type { RuleOperations } from './db/rules.ts';
import type { SettingOperations } from './db/settings.ts';
import type { Store } from './db/store.ts';
import { openWorkerStore, type WorkerStore } from './db/worker-client.ts';
import type { WorkspaceOperations } from './db/workspaces.ts';
import { createGit, type Git } from './git/git.ts';
import { waitingLink } from './git/waiting-link.ts';
import { type AppHandlerDeps, appCalls, appFeeds } from './ipc/app.ts';
import { type ChatHandlerDeps, chatCalls, chatFeeds } from './ipc/chats.ts';
import { type FaceOptions, openFace } from './ipc/face.ts';
import { gitCalls, gitFeeds } from './ipc/git.ts';
import type { CallHandlers, FeedHandlers } from './ipc/handlers.ts';
import { type HostHandlerDeps, hostCalls, hostFeeds } from './ipc/hosts.ts';
import { ruleCalls, ruleFeeds } from './ipc/rules.ts';
import { type TemplateHandlerDeps, templateCalls, templateFeeds } from './ipc/templates.ts';
import { terminalCalls, terminalFeeds } from './ipc/terminals.ts';
import { type WorkspaceHandlerDeps, workspaceCalls, workspaceFeeds } from './ipc/workspaces.ts';
import { createModels, type Models, type Secrets } from './models/accounts.ts';
import { createAsker } from './ssh/asker.ts';
import { listConfiguredHosts } from './ssh/config/list-configured-hosts.ts';
import { personHere } from './ssh/config/person.ts';
import { unanswered } from './ssh/questions.ts';
import { type AnswerStore, createRemembered } from './ssh/remembered.ts';
import { createRuntimes } from './ssh/runtime/runtimes.ts';
import { nameOfTarget } from './ssh/target.ts';
import { workspaceTools } from './tools/registry.ts';
import { createWorkspaceTools } from './tools/workspaces/workspace-tools.ts';
import { loadMachineId } from './workspaces/machine-id.ts';
import { createPlaces, type Places, type Workspaces } from './workspaces/registry.ts';
import { createRuleBook, type RuleBook } from './workspaces/rule-book.ts';
import { createTerminals, type Terminals } from './workspaces/terminals.ts';

/** What `db-worker.ts` serves. */
type DaemonOperations = ChatOperationMap &
  ProviderOperations &
  WorkspaceOperations &
  RuleOperations &
  GitOperations &
  SettingOperations &
  ReplicaOperations;

/** Open model calls: in all, and per provider (CHATD decision 16). */
const MODEL_CALLS = 24;
const MODEL_CALLS_PER_PROVIDER = 8;
const RUNNING_TOOLS = 16;
/** Hints are in-process on PGlite: the polls only heal. */
const SAFETY_POLL_MS = 30_000;
/** On a server they come over a connection that may break, and chats of others may become free. */
const SHARED_POLL_MS = 10_000;
const SHARED_ACQUIRE_MS = 1_000;
/** Heartbeats in a lease. */
const BEATS_A_LEASE = 10;

export interface DaemonOptions extends FaceOptions {
  /** The user data directory: the database lives in its `db/`. */
  readonly dataDir: string;
  readonly dbWorkerFile: string;
  readonly preparedDir: string;
  readonly agentFile: string;
  /** Runs the local agent: Node, or Electron's executable as Node. */
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Keys of accounts, and answers to hosts. */
  readonly secrets: Secrets & AnswerStore;
  pickFolder(): Promise<string | null>;
  readonly random: Random;
}

export interface Daemon {
  readonly calls: CallHandlers;
  readonly feeds: FeedHandlers;
  readonly settings: Settings;
  /** A second start named a folder; the window of this number shows it. */
  openFolder(folder: string, approvals: ApprovalMode | null, window: number | null): Promise<void>;
  /** Resolves when the database's worker died: nothing works any more until a new daemon is started. */
  readonly lost: Promise<Error>;
  /** Null: nobody else uses the database. */
  readonly replica: { readonly id: WorkerId; readonly url: string } | null;
  /** Asks the person when something still runs on this computer; false: they would rather not quit. */
  mayLeave(): Promise<boolean>;
  /** The machine woke up: links try at once. */
  wake(): void;
  /** Runs are handed back, everything is awaited, the database is closed in order. */
  close(): Promise<void>;
}

type DaemonStore = Store<DaemonOperations>;

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

/** The composition root. Imports no electron: it also runs under plain Node. */
export async function startDaemon(given: DaemonOptions): Promise<Daemon> {
  const secrets = openSecrets(given);
  const options = { ...given, log: maskedLog(given.log, secrets.mask.text) };
  const { dataDir, dbWorkerFile: workerFile, preparedDir, log } = options;
  const databaseUrl = databaseUrlOf(options);
  const opening = { workerFile, dataDir, preparedDir, databaseUrl, log };
  const store = await openWorkerStore<DaemonOperations>(opening);
  try {
    return await assemble(options, store, secrets);
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

/** Null: the database of this computer. */
function databaseUrlOf({ env }: DaemonOptions): string | null {
  return env['GAFFER_DATABASE_URL']?.trim() || null;
}

/** Everything that tools, logs and the window must not show, from whoever knows some of it. */
interface KnownSecrets {
  readonly mask: Mask;
  know(source: () => readonly string[]): void;
}

function openSecrets(options: DaemonOptions): KnownSecrets {
  const passwords = passwordsOf(databaseUrlOf(options));
  const sources = [() => passwords];
  const mask = createMask(() => sources.flatMap((source) => source()));
  return { mask, know: (source) => sources.push(source) };
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
  const poller = createPoller({ store, hints, clock, log }, sharing.safetyPollMs);
  const closing = new AbortController();
  const models = createModels({ store, env: options.env, secrets: options.secrets, clock, log });
  secrets.know(() => models.knownSecrets());
  const places = openPlaces(options, { store, ownerId, machineId: sharing.machineId, secrets });
  await Promise.all([models.start(), places.start()]);
  const rules = createRuleBook(store, ownerId, log);
  const face = await openFace(options, { store, ownerId, models, ...places });
  const workerId = asId<WorkerId>(random.uuid());
  const { parts, replica } = await openParts(options, { ...base, ...sharing, workerId });
  const work = { installationId, workerId, models, face, rules, places, mask: secrets.mask };
  const driven = driveChats({ ...base, ...sharing, ...work });
  const stopFollowing = followWorkspaces(store, places.workspaces, log);
  const doors = openDoors({
    face,
    rules,
    chats: {
      ...base,
      parts,
      poller,
      closing: closing.signal,
      hasWorkspace: (id) => places.workspaces.list().some((workspace) => workspace.id === id),
      rules,
      regenerateTitle: (chatId) => driven.worker.regenerateTitle(chatId),
      instructionFiles: driven.toolbox.instructionFiles,
    },
    workspaces: { ...base, ...places, pickFolder: options.pickFolder },
    places,
  });
  return {
    ...doors,
    get settings() {
      return face.settings();
    },
    openFolder: (folder, approvals, window) => face.openFolder(folder, approvals, window),
    lost: store.lost,
    replica: replica && { id: workerId, url: replica.url },
    mayLeave: () => face.mayLeave(),
    wake: () => places.hosts.wake(),
    close: () =>
      inOrder([
        async () => stopFollowing(),
        () => driven.worker.close(),
        ...closers([face, rules, models, places]),
        async () => closing.abort(),
        ...closers([replica, base.hints, store]),
      ]),
  };
}

/** All that windows can ask for. */
function openDoors(of: {
  readonly face: AppHandlerDeps;
  readonly chats: ChatHandlerDeps;
  readonly rules: RuleBook;
  readonly workspaces: WorkspaceHandlerDeps;
  readonly places: TemplateHandlerDeps &
    HostHandlerDeps & { readonly terminals: Terminals; readonly git: Git };
}): Pick<Daemon, 'calls' | 'feeds'> {
  const { face, chats, rules, workspaces, places } = of;
  return {
    calls: {
      ...appCalls(face),
      ...chatCalls(chats),
      ...ruleCalls(rules),
      ...gitCalls(places.git),
      ...workspaceCalls(workspaces),
      ...templateCalls(places),
      ...terminalCalls(places.terminals),
      ...hostCalls(places),
    },
    feeds: {
      ...appFeeds(face),
      ...chatFeeds(chats),
      ...ruleFeeds(rules),
      ...gitFeeds(places.git),
      ...workspaceFeeds(workspaces),
      ...templateFeeds(places),
      ...terminalFeeds(places.terminals),
      ...hostFeeds(places),
    },
  };
}

function closers(parts: readonly ({ close(): void | Promise<void> } | null)[]) {
  return parts.map((part) => async () => part?.close());
}

/** Every step, one after another, whatever happens: the database is closed in any case; then the first error. */
async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'closing failed');
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

/** As it stands in the URL and as it is meant: what tools print must show neither. */
function passwordsOf(databaseUrl: string | null): readonly string[] {
  if (databaseUrl === null || !URL.canParse(databaseUrl)) return [];
  const { password } = new URL(databaseUrl);
  return [password, decodeURIComponent(password)];
}

/** Where agents work: this computer, hosts, and the list of workspaces on them. */
function openPlaces(
  options: DaemonOptions,
  of: { store: DaemonStore; ownerId: OwnerId; machineId: string | null; secrets: KnownSecrets },
) {
  const { agentFile, homeDir, env, clock, random, log, attended } = options;
  const person = personHere(homeDir, env);
  const remembered = createRemembered(options.secrets);
  of.secrets.know(() => remembered.known());
  const asker = createAsker({ remembered, random, log });
  const hosts = createHosts({
    agentFile,
    person,
    questions: attended ? asker : unanswered,
    ...(env['GAFFER_REMOTE_HOME'] ? { remoteHome: env['GAFFER_REMOTE_HOME'] } : {}),
    runtimes: createRuntimes({ dir: path.join(options.dataDir, 'runtimes'), env, home: homeDir }),
    clock,
    random,
    log,
  });
  const loadConfigured = () => listConfiguredHosts(person);
  const places = createPlaces({
    ...of,
    mask: of.secrets.mask,
    hosts,
    startLocal: localStarter(options),
    clock,
    log,
    remembered,
    loadConfigured,
    random,
    agentFile,
    templatesDir: path.join(options.dataDir, 'templates'),
    hasLocalRecords: () => existsSync(path.join(homeDir, '.gaffer', 'workspaces')),
  });
  const terminals = createTerminals({ workspaces: places.workspaces, clock, random });
  const git = openGit(options, { ...of, ...places });
  return {
    ...places,
    hosts,
    terminals,
    git,
    remembered,
    asker,
    log,
    watchTrace(target: string, until: AbortSignal) {
      const name = nameOfTarget(target);
      return hosts.watchTrace(name.ok ? name.value : target, until);
    },
    async start() {
      await places.start();
      git.start();
    },
    close: () => inOrder([async () => terminals.end(), ...closers([git, places, hosts])]),
  };
}

function localStarter(options: DaemonOptions) {
  const { agentFile, nodePath, homeDir, clock } = options;
  return (signal: AbortSignal) =>
    startLocalAgent({
      agentFile,
      nodePath,
      ...('electron' in process.versions ? { nodeEnv: { ELECTRON_RUN_AS_NODE: '1' } } : {}),
      home: path.join(homeDir, '.gaffer'),
      firstEnv: failpointEnv(),
      clock,
      signal,
    });
}

/** Git with the person's accounts. Their tokens are masked as soon as they are known. */
function openGit(
  options: DaemonOptions,
  of: {
    store: DaemonStore;
    ownerId: OwnerId;
    machineId: string | null;
    secrets: KnownSecrets;
    workspaces: Workspaces;
  },
): Git {
  const git = createGit({ ...options, ...of, secrets: options.secrets, fetch: globalThis.fetch });
  of.secrets.know(() => git.accounts.knownSecrets());
  return git;
}

type Chosen =
  | 'resolveModel'
  | 'lacking'
  | 'toolbox'
  | 'modelSlots'
  | 'toolSlots'
  | 'onAttention'
  | 'onRefused';
interface DriveParts extends Omit<WorkerDeps, Chosen> {
  readonly models: Models;
  readonly mask: Mask;
  readonly places: Places & { readonly git: Git };
  readonly ownerId: OwnerId;
  readonly rules: RuleBook;
  readonly face: { readonly attention: Attention; onRefused(code: DatabaseFaultCode): void };
}

function driveChats({ models, places, rules, face, mask, ...base }: DriveParts): {
  readonly worker: ChatWorker;
  readonly toolbox: Toolbox;
} {
  const { workspaces, git } = places;
  const worktrees = createAgentWorktrees({ ...base, ...places });
  const toolbox = createToolbox({
    tools: [
      ...workspaceTools,
      ...createWorkspaceTools({ ...places, chats: chatPlaces(base.store, base.ownerId), log: base.log }),
      ...createAgentTools({ ...base, worktrees }),
    ],
    connectionFor: async (id, chatId) => {
      if (chatId === null) return workspaces.connectionFor(id);
      // A message may be sent to a workspace that is still being made: its tools wait.
      if (id) await places.maker.whenMade(id);
      const connection = await workspaces.connectionFor(id);
      return { ...connection, link: waitingLink(git.questions, chatId, connection.link) };
    },
    modeOf: (id) => workspaces.modeOf(id),
    placeOf: (id) => workspaces.placeOf(id),
    trust: workspaces,
    rules,
    onEffect(effect) {
      workspaces.refresh(effect.workspaceId);
      git.onEffect(effect);
    },
    mask: mask.text,
    clock: base.clock,
    log: base.log,
  });
  const toolSlots = createSlots(RUNNING_TOOLS);
  const worker = startWorker({
    ...base,
    resolveModel: (id) => models.resolve(id),
    lacking: () => models.lacking(),
    toolbox,
    modelSlots: slotsByProvider(),
    toolSlots: (tree) => toolSlots.of(tree),
    onAttention: (chatId, why) => face.attention.report(chatId, why),
    onRefused: (code) => face.onRefused(code),
  });
  return { worker, toolbox };
}

function slotsByProvider() {
  const all = createSlots(MODEL_CALLS);
  const byProvider = new Map<string, FairSlots>();
  return (provider: string, tree: ChatId) => {
    const own = byProvider.get(provider) ?? createSlots(MODEL_CALLS_PER_PROVIDER);
    byProvider.set(provider, own);
    return [own.of(tree), all.of(tree)];
  };
}
