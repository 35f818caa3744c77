import type { ApprovalMode } from '@shared/model/workspace.ts';
import { expect, test } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { builtIns } from '../../workspaces/templates/built-in.ts';
import { gateCall } from '../gate-call.ts';
import { createWorkspaceTools } from './workspace-tools.ts';

const templates = builtIns.map(({ template }) => template);

const tools = createWorkspaceTools({
  shelf: {
    list: () => [],
    broken: () => [],
    get: (id) => templates.find((one) => one.id === id) ?? null,
    async *changes() {},
  },
  makings: { countUses: async () => [] },
  maker: null,
  workspaces: {
    find: () => undefined,
    connectionFor: () => Promise.reject(new Error('not asked')),
  },
  loadHosts: async () => [],
  chats: { load: async () => null, set: async () => true },
  log: silentLog,
});

function gate(mode: ApprovalMode, name: string, args: unknown) {
  return gateCall(
    tools,
    { name, args },
    {
      mode,
      connect: () => Promise.reject(new Error('nothing is connected for this')),
      place: () => ({ host: 'me@build', directory: '/srv/mine' }),
      loadRules: async () => [],
      chatId: 'chat',
      signal: new AbortController().signal,
    },
  );
}

function idOf(name: string): string {
  return templates.find((one) => one.name === name)?.id ?? '';
}

test.each(['ask', 'edit'] as const)(
  'in the mode %s making a workspace asks, and shows all that will run',
  async (mode) => {
    const parameters = { repository: '/srv/app', branch: 'topic' };
    const gated = await gate(mode, 'create_workspace', {
      template_id: idOf('worktree'),
      name: 'mine',
      parameters,
    });
    expect(gated).toMatchObject({
      state: 'gated',
      approval: { host: 'this computer', directory: '~/gaffer/mine', verb: 'Create' },
    });
    const { subject = '' } = gated.approval ?? {};
    expect(subject).toContain('repository: /srv/app');
    expect(subject).toContain('worktree add');
  },
);

test('in Full auto it does not ask', async () => {
  expect(await gate('auto', 'create_workspace', { template_id: idOf('empty') })).toMatchObject({
    state: 'cleared',
  });
});

test('starting and stopping ask for the place of the chat’s workspace', async () => {
  for (const name of ['start_workspace', 'stop_workspace']) {
    expect(await gate('edit', name, {})).toMatchObject({
      state: 'gated',
      approval: { host: 'me@build', directory: '/srv/mine' },
    });
  }
});

test('looking at templates never asks; a template on a host shows the one that is meant', async () => {
  expect(await gate('ask', 'list_templates', {})).toMatchObject({ state: 'cleared' });
  expect(await gate('ask', 'read_template', { template_id: 'x' })).toMatchObject({ state: 'cleared' });
  const given = { template_id: idOf('ssh-clone'), host: 'me@build', parameters: { repository: 'x' } };
  expect(await gate('ask', 'create_workspace', given)).toMatchObject({ approval: { host: 'me@build' } });
});
