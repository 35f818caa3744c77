import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import { asId, type HostId, type WorkspaceId } from '@shared/model/ids.ts';
import type { LinkState, WorkspaceSummary } from '@shared/model/workspace.ts';
import { err, ok } from '@shared/util/result.ts';
import { expect, test } from 'vitest';
import type { AgentCall, AgentClient } from '../agent-client/client.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMask } from '../base/mask.ts';
import { linkWatch } from './host-link.ts';
import type { Place } from './place.ts';
import type { HostRecord, NewPlace, WorkspaceRecord, WorkspaceRecords } from './records.ts';
import { WorkspaceList } from './workspace-list.ts';

const host: HostRecord = {
  id: asId<HostId>('host-1'),
  target: 'me@build',
  identityFile: null,
  forwardAgent: false,
};

test('a chat without a workspace and a removed workspace are problems with a sentence', async () => {
  const { registry } = await open();
  await expect(registry.connectionFor(null)).rejects.toMatchObject({
    name: 'WorkspaceProblem',
    code: 'no-workspace',
    message: 'chat has no workspace; use create_workspace first',
  });
  await expect(registry.connectionFor(asId<WorkspaceId>('gone'))).rejects.toMatchObject({
    code: 'deleted',
  });
  expect(registry.modeOf(null)).toBe('ask');
  await registry.close();
});

test('what was stored is there after a start, with its branch when the agent has told it', async () => {
  const { registry } = await open([record('w1', null)], { '/work/w1': 'main' });
  const list = await firstWhere(registry, ([one]) => one?.branch === 'main');
  expect(list).toEqual([
    {
      id: 'w1',
      kind: 'local',
      name: 'w1',
      directory: '/work/w1',
      host: 'this computer',
      hostId: null,
      mode: 'ask',
      trust: { answer: 'trusted', brings: null },
      link: { state: 'up' },
      branch: 'main',
      state: 'running',
      script: null,
      error: null,
      templateId: null,
      made: false,
      origin: null,
      actions: ['remove'],
    },
  ]);
  await registry.close();
});

test('a branch that is switched is shown when the agent tells of it', async () => {
  const branches: Branches = { '/work/w1': 'main' };
  const { registry, local } = await open([record('w1', null)], branches);
  await firstWhere(registry, ([one]) => one?.branch === 'main');
  branches['/work/w1'] = 'topic';
  local.tell();
  const list = await firstWhere(registry, ([one]) => one?.branch === 'topic');
  expect(list).toHaveLength(1);
  await registry.close();
});

test('a workspace that is opened is followed with the others', async () => {
  const { registry, local } = await open([record('w1', null)], { '/work/w1': 'main', '/': 'top' });
  await firstWhere(registry, ([one]) => one?.branch === 'main');
  expect((await registry.openFolder('/')).ok).toBe(true);
  const list = await firstWhere(registry, (all) => all.every((one) => one.branch !== null));
  expect(list.map((one) => one.branch)).toEqual(['top', 'main']);
  expect(local.asked).toEqual([['/work/w1'], ['/', '/work/w1']]);
  await registry.close();
});

test('an agent that was told to end is asked again after an effect there, not before', async () => {
  const branches: Branches = { '/work/w1': 'main' };
  const { registry, local } = await open([record('w1', null)], branches);
  await firstWhere(registry, ([one]) => one?.branch === 'main');
  local.end();
  branches['/work/w1'] = 'topic';
  await new Promise(setImmediate);
  expect(local.asked).toHaveLength(1);
  registry.refresh(asId<WorkspaceId>('w1'));
  await firstWhere(registry, ([one]) => one?.branch === 'topic');
  await registry.close();
});

test('the command line sets the mode for this run, and the person wins over it', async () => {
  const { registry, stored } = await open();
  const opened = await registry.openFolder('/', 'auto');
  if (!opened.ok) throw new Error(opened.error.message);
  expect(registry.modeOf(opened.value)).toBe('auto');
  expect(stored[0]?.mode).toBe('ask');
  expect((await registry.openFolder('/')).ok).toBe(true);
  expect(registry.list()).toMatchObject([{ name: '/', mode: 'auto' }]);
  expect(await registry.setMode(opened.value, 'edit')).toBe(true);
  expect(registry.list()).toMatchObject([{ mode: 'edit' }]);
  expect(await registry.setMode(asId<WorkspaceId>('gone'), 'edit')).toBe(false);
  await registry.close();
});

test('a host that refuses leaves no workspace behind; one that answers starts with free edits', async () => {
  const { registry, remote } = await open();
  remote.refusal = { code: 'auth', message: 'The key was refused.' };
  const request = { target: 'me@build', directory: '/srv/app', identityFile: null };
  expect(await registry.openSsh(request)).toEqual(err(remote.refusal));
  expect(registry.list()).toEqual([]);
  remote.refusal = null;
  expect((await registry.openSsh(request)).ok).toBe(true);
  expect(registry.list()).toMatchObject([
    { kind: 'ssh', name: 'app', host: 'me@build', hostId: 'host-1', mode: 'edit' },
  ]);
  await registry.close();
});

test('a link that comes up is shown and the branch is read then, not before', async () => {
  const { registry, remote } = await open([record('w1', host)], { '/work/w1': 'far' });
  expect(registry.list()).toMatchObject([{ link: { state: 'idle' }, branch: null }]);
  expect(remote.reached).toBe(0);
  const shown = firstWhere(registry, ([one]) => one?.branch === 'far');
  remote.turn({ state: 'connecting', attempt: 1 });
  remote.turn({ state: 'up' });
  expect(await shown).toMatchObject([{ link: { state: 'up' } }]);
  await registry.close();
});

test('a feed tells no state twice in a row and ends with the registry', async () => {
  const { registry } = await open([record('w1', null)]);
  const feed = registry.watch(new AbortController().signal);
  expect((await feed.next()).value).toHaveLength(1);
  const next = feed.next();
  await registry.setMode(asId<WorkspaceId>('w1'), 'auto');
  expect((await next).value).toMatchObject([{ mode: 'auto' }]);
  const last = feed.next();
  await registry.close();
  expect((await last).done).toBe(true);
});

test('what follows a host connects once; later it waits until others have reached it', async () => {
  const { registry, remote } = await open([record('w1', host), record('w2', null)]);
  const { signal } = new AbortController();
  const connect = registry.follower(asId<WorkspaceId>('w1'), signal);
  await connect();
  expect(remote.reached).toBe(1);
  const again = connect();
  await new Promise(setImmediate);
  expect(remote.reached).toBe(1);
  remote.turn({ state: 'up' });
  expect((await again).host).toBe('me@build');
  const local = registry.follower(asId<WorkspaceId>('w2'), signal);
  await local();
  await local();
  const left = new AbortController();
  const waiting = registry.follower(asId<WorkspaceId>('w1'), left.signal);
  await waiting();
  remote.turn({ state: 'idle' });
  const never = waiting();
  left.abort(new Error('left'));
  await expect(never).rejects.toThrow('left');
  await registry.close();
});

function record(id: string, on: HostRecord | null): WorkspaceRecord {
  return {
    id: asId<WorkspaceId>(id),
    kind: on ? 'ssh' : 'local',
    name: id,
    directory: `/work/${id}`,
    host: on,
    mode: on ? 'edit' : 'ask',
    trust: 'trusted',
    making: null,
  };
}

async function firstWhere(
  registry: WorkspaceList,
  holds: (list: readonly WorkspaceSummary[]) => boolean,
): Promise<readonly WorkspaceSummary[]> {
  for await (const list of registry.watch(new AbortController().signal)) if (holds(list)) return list;
  throw new Error('The feed ended first.');
}

async function open(stored: WorkspaceRecord[] = [], branches: Branches = {}) {
  const remote = fakeRemote(branches);
  const local = agentWith(branches);
  const registry = new WorkspaceList({
    records: fakeRecords(stored),
    local: placeOf('this computer', local.client),
    ssh: {
      open: async (request) =>
        remote.refusal ? err(remote.refusal) : ok({ host, directory: request.directory }),
      placeOf: () => remote.place,
    },
    clock: systemClock,
    log: silentLog,
    mask: createMask(() => []),
  });
  await registry.start();
  return { registry, remote, local, stored };
}

/** What is checked out in each directory. */
type Branches = Record<string, string>;

/** An agent that tells branches: at first, and all again at each `tell`. */
function agentWith(branches: Branches) {
  const asked: (readonly string[])[] = [];
  const waiting = new Set<(what: 'tell' | 'end') => void>();
  async function* events(query: EventsRequest, { signal }: AgentCall): AsyncGenerator<AgentEvent> {
    const directories = query.repositories ?? [];
    asked.push(directories);
    const aborted = new Promise<'abort'>((resolve) => {
      signal.addEventListener('abort', () => resolve('abort'), { once: true });
    });
    for (;;) {
      const said = new Promise<'tell' | 'end'>((resolve) => waiting.add(resolve));
      for (const path of directories) {
        const branch = branches[path] ?? null;
        yield { type: 'repository', path, repository: { root: path, branch, commit: null, stamp: '' } };
      }
      const next = await Promise.race([said, aborted]);
      signal.throwIfAborted();
      if (next === 'end') return;
    }
  }
  const say = (what: 'tell' | 'end') => {
    for (const resolve of waiting) resolve(what);
    waiting.clear();
  };
  return {
    client: { events } as Partial<AgentClient> as AgentClient,
    asked,
    tell: () => say('tell'),
    end: () => say('end'),
  };
}

function placeOf(name: string, client: AgentClient): Place {
  return {
    name,
    link: null,
    state: () => ({ state: 'up' }),
    reach: async () => ({ client, platform: 'linux' }),
    reconnect() {},
    follow: async () => {},
  };
}

function fakeRemote(branches: Branches) {
  const { client } = agentWith(branches);
  let state: LinkState = { state: 'idle' };
  let wake = () => {};
  const source = {
    get state() {
      return state;
    },
    async *watch(signal: AbortSignal) {
      while (!signal.aborted) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        yield state;
        await changed;
      }
    },
  };
  const remote = {
    refusal: null as { code: 'auth'; message: string } | null,
    reached: 0,
    turn(to: LinkState) {
      state = to;
      wake();
    },
    place: {
      ...placeOf('me@build', client),
      link: linkWatch(source),
      state: () => state,
      reach: async () => {
        remote.reached += 1;
        return { client, platform: 'linux' };
      },
      async follow(onChange: () => void, signal: AbortSignal) {
        const states = source.watch(signal);
        while (!(await states.next()).done) onChange();
      },
    } satisfies Place,
  };
  return remote;
}

function fakeRecords(stored: WorkspaceRecord[]): WorkspaceRecords {
  const upsert = async (place: NewPlace, on: HostRecord | null) => {
    const known = stored.find((one) => one.directory === place.directory && one.host?.id === on?.id);
    if (known) return known;
    const id = asId<WorkspaceId>(`w${stored.length + 1}`);
    const kind = on ? ('ssh' as const) : ('local' as const);
    const made = { ...place, id, kind, host: on, making: null, trust: 'unknown' as const };
    stored.push(made);
    return made;
  };
  return {
    load: async () => [...stored],
    upsertLocal: (place) => upsert(place, null),
    upsertSsh: (place) => upsert(place, place.host),
    upsertHost: async (given) => ({ ...host, ...given }),
    loadHosts: async () => [host],
    setForwardAgent: async () => true,
    setMode: async (id) => stored.some((one) => one.id === id),
    setTrust: async (id) => stored.some((one) => one.id === id),
  };
}
