import type { HostSummary } from '@shared/model/host.ts';
import { asId, type HostId, type WorkspaceId } from '@shared/model/ids.ts';
import type { LinkState, WorkspaceSummary } from '@shared/model/workspace.ts';
import { err, ok } from '@shared/util/result.ts';
import { expect, onTestFinished, test } from 'vitest';
import { createBroadcast } from '../base/broadcast.ts';
import { silentLog } from '../base/log.ts';
import { createRemembered } from '../ssh/remembered.ts';
import { HostList } from './host-list.ts';
import type { Place } from './place.ts';
import type { HostRecord } from './records.ts';

const gpu: HostRecord = {
  id: asId<HostId>('h1'),
  target: 'gpu-box',
  identityFile: '~/.ssh/key',
  forwardAgent: false,
};
const old: HostRecord = {
  id: asId<HostId>('h2'),
  target: 'me@old',
  identityFile: null,
  forwardAgent: false,
};

test('hosts with and without workspaces, their links, and again when a link changes', async () => {
  const { list, turn } = await open([gpu, old], [workspaceOn(gpu), workspaceOn(gpu)]);
  expect(list.list()).toEqual([
    { ...gpu, link: { state: 'idle' }, remembers: false, workspaces: 2 },
    { ...old, link: { state: 'idle' }, remembers: false, workspaces: 0 },
  ]);
  const up = firstWhere(list, ([, two]) => two?.link.state === 'up');
  turn(old, { state: 'up' });
  expect(await up).toHaveLength(2);
});

test('a host that is opened appears; one that is opened with another key is shown with it', async () => {
  const { list, workspaces } = await open([gpu], []);
  workspaces.add(workspaceOn(old), old);
  expect(await firstWhere(list, (all) => all.length === 2)).toMatchObject([{ id: 'h1' }, { id: 'h2' }]);
  workspaces.add(workspaceOn(gpu), { ...gpu, identityFile: '~/.ssh/other' });
  expect(await firstWhere(list, ([one]) => one?.identityFile === '~/.ssh/other')).toHaveLength(2);
});

test('names of the configuration are offered first, with the key that was used; then other hosts', async () => {
  const { list } = await open([gpu, old], [], {
    configured: [
      { name: 'gpu-box', leadsTo: 'dev@10.0.4.7' },
      { name: 'new-box', leadsTo: null },
    ],
  });
  expect(await list.suggest()).toEqual([
    { target: 'gpu-box', leadsTo: 'dev@10.0.4.7', from: 'config', identityFile: '~/.ssh/key' },
    { target: 'new-box', leadsTo: null, from: 'config', identityFile: null },
    { target: 'me@old', leadsTo: null, from: 'used', identityFile: null },
  ]);
});

test('a host is opened by its name: at once when it is known, else it is remembered once it was reached', async () => {
  const { list } = await open([gpu], []);
  expect(await list.open(gpu.target)).toEqual({ ok: true, value: gpu.id });
  expect(await list.open('away')).toMatchObject({ ok: false, error: { code: 'unreachable' } });
  expect(await list.open('fresh')).toEqual({ ok: true, value: 'new-fresh' });
  expect(list.list().map(({ target }) => target)).toEqual([gpu.target, 'fresh']);
});

test('the ssh-agent is lent to a host, and its workspaces hear of it', async () => {
  const { list, workspaces } = await open([gpu], [workspaceOn(gpu)]);
  expect(await list.setForwardAgent(gpu.id, true)).toBe(true);
  expect(list.list()).toMatchObject([{ forwardAgent: true }]);
  expect(workspaces.replaced).toEqual([{ ...gpu, forwardAgent: true }]);
  expect(await list.setForwardAgent(old.id, true)).toBe(false);
});

test('remembered answers are shown, and forgotten', async () => {
  const { list, remembered } = await open([gpu], []);
  const shown = firstWhere(list, ([one]) => one?.remembers === true);
  await remembered.keep('gpu-box', 'ssh:password:x', 'hunter22');
  await shown;
  const gone = firstWhere(list, ([one]) => one?.remembers === false);
  expect(await list.forgetSecrets(gpu.id)).toBe(true);
  await gone;
  expect(await list.forgetSecrets(old.id)).toBe(false);
});

test('a host that is known is looked at with its own key; one that is not, with the given one', async () => {
  const { list, diagnosed } = await open([gpu], []);
  expect(list.diagnose('gpu-box', null)).toEqual(ok(null));
  expect(list.diagnose('new', '~/.ssh/b')).toEqual(ok(null));
  expect(diagnosed).toEqual([
    { target: 'gpu-box', identityFile: '~/.ssh/key' },
    { target: 'new', identityFile: '~/.ssh/b' },
  ]);
  expect(list.diagnose('no such', null)).toMatchObject({ ok: false, error: { code: 'bad-target' } });
});

test('reconnect and remove reach the host, and say so when there is none', async () => {
  const { list, workspaces, reconnected } = await open([gpu], []);
  expect([list.reconnect(gpu.id), list.reconnect(old.id)]).toEqual([true, false]);
  expect(reconnected).toEqual(['gpu-box']);
  expect(await list.remove(gpu.id, false)).toEqual(ok({ kind: 'absent', path: 'gpu-box:~/.gaffer' }));
  expect(workspaces.replaced).toEqual([gpu]);
  expect(await list.remove(old.id, true)).toBeNull();
});

test('a feed ends with the list', async () => {
  const { list } = await open([gpu], []);
  const feed = list.watch(new AbortController().signal);
  await feed.next();
  const last = feed.next();
  await list.close();
  expect((await last).done).toBe(true);
});

function workspaceOn(host: HostRecord): WorkspaceSummary {
  return {
    id: asId<WorkspaceId>('w'),
    kind: 'ssh',
    name: 'w',
    directory: '/w',
    host: host.target,
    hostId: host.id,
    mode: 'edit',
    trust: { answer: 'trusted', brings: null },
    link: { state: 'idle' },
    branch: null,
    state: 'running',
    script: null,
    error: null,
    templateId: null,
    made: false,
    origin: null,
    actions: ['remove'],
  };
}

async function open(
  stored: readonly HostRecord[],
  summaries: WorkspaceSummary[],
  { configured = [] as readonly { name: string; leadsTo: string | null }[] } = {},
) {
  const places = fakePlaces();
  const workspaces = fakeWorkspaces(summaries);
  const kept = new Map<string, string>();
  const remembered = createRemembered({
    persist: true,
    get: async (name) => kept.get(name) ?? null,
    set: async (name, value) => void kept.set(name, value),
    remove: async (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  });
  const diagnosed: unknown[] = [];
  const list = new HostList({
    records: { loadHosts: async () => stored, setForwardAgent: async () => true },
    ssh: {
      placeOf: places.placeOf,
      async open({ target, directory, identityFile }) {
        if (target === 'away') return err({ code: 'unreachable', message: 'No.' });
        const host = { id: asId<HostId>(`new-${target}`), target, identityFile, forwardAgent: false };
        return ok({ host, directory });
      },
      diagnose(request) {
        if (request.target.includes(' ')) return err({ code: 'bad-target', message: 'No.' });
        diagnosed.push(request);
        return ok({ ended: Promise.resolve() });
      },
      remove: async ({ target }) => ok({ kind: 'absent', path: `${target}:~/.gaffer` }),
    },
    workspaces,
    remembered,
    loadConfigured: async () => configured,
    log: silentLog,
  });
  onTestFinished(() => list.close());
  await list.start();
  return { list, workspaces, remembered, diagnosed, turn: places.turn, reconnected: places.reconnected };
}

function fakePlaces() {
  const states = new Map<string, LinkState>();
  const changes = createBroadcast<null>();
  const known = new Map<string, Place>();
  const reconnected: string[] = [];
  const make = (host: HostRecord): Place => ({
    name: host.target,
    link: null,
    state: () => states.get(host.id) ?? { state: 'idle' },
    reach: () => Promise.reject(new Error('nobody works here')),
    reconnect: () => void reconnected.push(host.target),
    async follow(onChange, signal) {
      for await (const _ of changes.watch(signal)) onChange();
    },
  });
  return {
    reconnected,
    placeOf(host: HostRecord) {
      const place = known.get(host.id) ?? make(host);
      known.set(host.id, place);
      return place;
    },
    turn(host: HostRecord, state: LinkState) {
      states.set(host.id, state);
      changes.send(null);
    },
  };
}

function fakeWorkspaces(summaries: WorkspaceSummary[]) {
  const hosts = new Map<HostId, HostRecord>();
  const changes = createBroadcast<null>();
  const replaced: HostRecord[] = [];
  return {
    replaced,
    list: () => summaries,
    hosts: () => [...hosts.values()],
    replaceHost: (host: HostRecord) => void replaced.push(host),
    watch: (signal: AbortSignal) => changes.watch(signal),
    add(workspace: WorkspaceSummary, host: HostRecord) {
      summaries.push(workspace);
      hosts.set(host.id, host);
      changes.send(null);
    },
  };
}

async function firstWhere(
  list: HostList,
  holds: (hosts: readonly HostSummary[]) => boolean,
): Promise<readonly HostSummary[]> {
  for await (const hosts of list.watch(new AbortController().signal)) if (holds(hosts)) return hosts;
  throw new Error('The feed ended first.');
}
