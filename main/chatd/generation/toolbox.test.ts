import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import type { AgentClient } from '../../agent-client/client.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { WorkspaceProblem } from '../../workspaces/connection.ts';
import type { StepChat } from './ports.ts';
import { createToolbox, type ToolboxDeps } from './toolbox.ts';

const chat = { workspaceId: asId<WorkspaceId>('host-folder'), dynamicTools: [] } as unknown as StepChat;

const client = {
  hello: () => Promise.resolve({ home: '/home/me' }),
  listDirectory: () => Promise.resolve({ contents: [] }),
  readFile: () => Promise.resolve(new TextEncoder().encode('Use tabs.')),
} as unknown as AgentClient;

let trusted = true;

function open(connectionFor: ToolboxDeps['connectionFor'], clock: Clock = systemClock) {
  return createToolbox({
    tools: [],
    connectionFor,
    modeOf: () => 'ask',
    onEffect: () => {},
    trust: { isTrusted: () => trusted, trusts: async () => trusted },
    rules: { loadFor: () => Promise.resolve([]), used() {} },
    mask: (text) => text,
    clock,
    log: silentLog,
  });
}

test('a stop does not wait for a host that is still being dialled for its instruction files', async () => {
  const toolbox = open(() => new Promise(() => {}));
  const stopped = new Error('stopped');
  const asked = new AbortController();
  const texts = toolbox.instructions(chat, asked.signal);
  asked.abort(stopped);
  await expect(texts).rejects.toBe(stopped);
});

test('what is known of the instruction files connects to no host, and outlives its link', async () => {
  let now = 0;
  let away = false;
  let asked = 0;
  const connection = { client, directory: '/work', host: 'far', platform: 'linux', link: null };
  const toolbox = open(
    async () => {
      asked += 1;
      if (away) throw new WorkspaceProblem('unreachable', 'The host is away.');
      return connection;
    },
    { ...systemClock, now: () => now },
  );
  const { signal } = new AbortController();
  const first = await toolbox.instructions(chat, signal);
  expect(first.join()).toContain('Use tabs.');
  away = true;
  expect(await toolbox.instructions(chat, signal)).toEqual(first);
  expect(asked).toBe(1);
  now = 10 * 60_000;
  expect(await toolbox.instructions(chat, signal)).toEqual(first);
  expect(asked).toBe(2);
});
