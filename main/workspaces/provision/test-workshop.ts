import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { asId, type HostId, type OwnerId, type WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName, Template } from '@shared/model/template.ts';
import { onTestFinished } from 'vitest';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { createHosts } from '../../agent-client/hosts.ts';
import type { TestAgent } from '../../agent-client/test-agent.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMask } from '../../base/mask.ts';
import { systemRandom } from '../../base/random.ts';
import type { Store } from '../../db/store.ts';
import { openTestStore } from '../../db/test-store.ts';
import { type WorkspaceOperations, workspaceOperations } from '../../db/workspaces.ts';
import { unanswered } from '../../ssh/questions.ts';
import { createRemembered } from '../../ssh/remembered.ts';
import type { CommandRunner } from '../../ssh/run-command.ts';
import { newPerson } from '../../ssh/test-connect.ts';
import type { Making } from '../records.ts';
import { createPlaces, type Places } from '../registry.ts';
import { builtIns } from '../templates/built-in.ts';
import { templateOf } from '../templates/parse-template.ts';
import type { CreateRequest } from './workspace-maker.ts';

const run = promisify(execFile);
const WAIT_MS = 120_000;

/** Workspaces on a real agent or a real SSH host, over a real database, in directories of the test. */
export interface Workshop {
  readonly places: Places;
  /** For files of the test, with a name that no shell likes; removed at the end. */
  readonly dir: string;
  /** Null: on this computer. */
  readonly hostId: HostId | null;
  create(template: Template, request?: Partial<CreateRequest>): Promise<WorkspaceId>;
  /** What became of it when no script of it runs any more; null: it is gone. */
  settled(id: WorkspaceId): Promise<Making | null>;
  directoryOf(id: WorkspaceId): string;
  /** Another start of the app over the same database. The first one is closed. */
  restart(): Promise<Workshop>;
  /** Another database, as after a loss. */
  withNewDatabase(): Promise<Workshop>;
}

export interface WorkshopOptions {
  readonly agent: TestAgent;
  readonly sshd?: Sshd;
  /** Of this computer. */
  readonly run?: CommandRunner;
  /** With the operations of workspaces; closed by its owner. */
  readonly store?: TestStore;
}

export const testOwner = asId<OwnerId>('00000000-0000-4000-8000-00000000000a');

export async function openWorkshop(options: WorkshopOptions): Promise<Workshop> {
  const base = await realpath(await mkdtemp(path.join(os.tmpdir(), "gaffer it's Ünï ")));
  onTestFinished(() => rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return openOn(options, base, options.store ?? (await newStore()));
}

type TestStore = Pick<Store<WorkspaceOperations>, 'call'>;

async function newStore(): Promise<TestStore> {
  const { store, db } = await openTestStore<WorkspaceOperations>([
    { role: 'owner', operations: workspaceOperations },
  ]);
  onTestFinished(async () => {
    await store.close();
    if (!db.closed) await db.close();
  });
  return store;
}

async function openOn(options: WorkshopOptions, dir: string, store: TestStore): Promise<Workshop> {
  const { agent, sshd } = options;
  const hosts = createHosts({
    agentFile: agent.agentFile,
    person: await newPerson(dir, sshd ? [sshd] : []),
    questions: unanswered,
    remoteHome: path.join(dir, 'remote'),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  const places = createPlaces({
    remembered: createRemembered({
      persist: false,
      get: async () => null,
      set: async () => {},
      remove: async () => {},
      names: () => [],
    }),
    loadConfigured: async () => [],
    store,
    ...(options.run ? { run: options.run } : {}),
    hosts,
    startLocal: async () => ({ client: agent.client, close() {} }),
    clock: systemClock,
    log: silentLog,
    mask: createMask(() => ['a secret that Gaffer knows']),
    random: systemRandom,
    agentFile: agent.agentFile,
    templatesDir: path.join(dir, 'templates'),
    hasLocalRecords: () => existsSync(path.join(agent.home, 'workspaces')),
    ownerId: testOwner,
  });
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    await places.close();
    await hosts.close();
  };
  onTestFinished(close);
  await places.start();
  const hostId = sshd ? await knownHost(places, sshd, dir) : null;
  const { maker, workspaces } = places;
  return {
    places,
    dir,
    hostId,
    async create(template, request = {}) {
      const made = await maker.createFrom(template, { parameters: {}, hostId, ...request });
      if (!made.ok) throw new Error(made.error.message);
      return made.value;
    },
    async settled(id) {
      const entry = await maker.settled(id, AbortSignal.timeout(WAIT_MS));
      return entry?.record.making ?? null;
    },
    directoryOf(id) {
      const entry = workspaces.find(id);
      if (!entry) throw new Error('The workspace is gone.');
      return entry.record.directory;
    },
    async restart() {
      await close();
      return openOn(options, dir, store);
    },
    async withNewDatabase() {
      await close();
      return openOn(options, dir, await newStore());
    },
  };
}

/** The host is known from the first workspace that is opened there. */
async function knownHost(places: Places, sshd: Sshd, directory: string): Promise<HostId> {
  const target = `${sshd.username}@${sshd.hostname}:${sshd.port}`;
  const opened = await places.workspaces.openSsh({ target, directory, identityFile: sshd.clientKey });
  if (!opened.ok) throw new Error(opened.error.message);
  const { client } = await places.workspaces.connectionFor(opened.value);
  // One of a workshop that was closed before has ended with the next one's.
  onTestFinished(() =>
    client.shutdown(true, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined),
  );
  const { hostId } = places.workspaces.list().find(({ id }) => id === opened.value) ?? {};
  if (!hostId) throw new Error('The host is not known.');
  return hostId;
}

export function builtIn(name: string): Template {
  const found = builtIns.find(({ template }) => template.name === name);
  if (!found) throw new Error(`There is no template ${name}.`);
  return found.template;
}

/** With its git, as a person who has a name. */
export interface TestRepository {
  readonly path: string;
  git(...args: readonly string[]): Promise<string>;
}

/** One commit on `main`, no remote. */
export async function newRepository(at: string): Promise<TestRepository> {
  await mkdir(at, { recursive: true });
  const repository = repositoryAt(at);
  await repository.git('init', '--quiet', '--initial-branch=main');
  await writeFile(path.join(at, 'file.txt'), 'first\n');
  await repository.git('add', '.');
  await repository.git('commit', '--quiet', '-m', 'first');
  return repository;
}

export function repositoryAt(at: string): TestRepository {
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  };
  return {
    path: at,
    git: async (...args) => (await run('git', ['-C', at, ...args], { env })).stdout.trim(),
  };
}

/** A template of the person's. `scripts`: of a YAML file, as lines such as `provision: …`. */
export function ownTemplate(
  kind: Template['kind'],
  scripts: Readonly<Partial<Record<ScriptName, string>>>,
): Template {
  const read = templateOf({
    name: 'own',
    kind,
    parameters: [{ name: 'directory' }, { name: 'word', type: 'string' }],
    ...scripts,
  });
  if (!read.ok) throw new Error(read.error.join(' '));
  return read.value;
}

/** Resolves when `holds` does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = AbortSignal.timeout(WAIT_MS);
  while (!(await holds())) {
    limit.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
