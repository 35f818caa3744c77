import { expect, test } from 'vitest';
import type { AgentClient } from '../agent-client/client.ts';
import { systemClock } from '../base/clock.ts';
import { WorkspaceProblem } from '../workspaces/connection.ts';
import { type GateContext, gateCall } from './gate-call.ts';
import { workspaceTools } from './registry.ts';
import { connectionTo, fakeAgent } from './testing/fake-agent.ts';

const stat: AgentClient['stat'] = (path) =>
  Promise.resolve({ kind: 'missing', realPath: path, size: 0, writable: true, readable: true });

function context(more: Partial<GateContext> = {}): GateContext {
  return {
    mode: 'ask',
    connect: () => Promise.resolve(connectionTo(fakeAgent({ stat }))),
    loadRules: () => Promise.resolve([]),
    chatId: 'chat',
    clock: systemClock,
    signal: new AbortController().signal,
    ...more,
  };
}

test('an approval shows the whole of what is to be written, and where', async () => {
  const content = 'line\n'.repeat(10_000);
  const gated = await gateCall(
    workspaceTools,
    { name: 'write_file', args: { path: 'notes.txt', content } },
    context(),
  );
  expect(gated).toMatchObject({
    effect: 'effect',
    state: 'gated',
    approval: {
      host: 'this computer',
      directory: '/work/place',
      verb: 'Write',
      subject: `notes.txt\n\n${content}`,
    },
  });
});

test('a command is shown with the directory in which it would run', async () => {
  const gated = await gateCall(
    workspaceTools,
    { name: 'execute', args: { command: 'rm -rf build', workdir: 'sub' } },
    context({ mode: 'edit' }),
  );
  expect(gated).toMatchObject({
    state: 'gated',
    approval: { verb: 'Run', subject: 'rm -rf build', directory: '/work/place/sub' },
  });
});

test('relative paths are judged where they lead', async () => {
  const stateOf = async (path: string) =>
    (
      await gateCall(
        workspaceTools,
        { name: 'write_file', args: { path, content: '' } },
        context({ mode: 'edit' }),
      )
    ).state;
  expect(await stateOf('src/a.ts')).toBe('cleared');
  expect(await stateOf('../other/a.ts')).toBe('gated');
  expect(await stateOf('~/.bashrc')).toBe('done');
});

test('processes of the chat need no one and no connection', async () => {
  const offline = context({ connect: () => Promise.reject(new Error('not asked for')) });
  for (const [name, args] of [
    ['process_list', {}],
    ['process_output', { process_id: 'p' }],
    ['process_signal', { process_id: 'p', signal: 'kill' }],
  ] as const) {
    expect((await gateCall(workspaceTools, { name, args }, offline)).state).toBe('cleared');
  }
});

test('what cannot run is answered at once', async () => {
  expect(await gateCall(workspaceTools, { name: 'fly', args: {} }, context())).toMatchObject({
    state: 'done',
    answer: { isError: true, result: { error: 'Tool not found: fly' } },
  });
  const nowhere = context({
    connect: () => Promise.reject(new WorkspaceProblem('no-workspace', 'chat has no workspace')),
  });
  expect(await gateCall(workspaceTools, { name: 'read_file', args: { path: 'a' } }, nowhere)).toMatchObject(
    { state: 'done', answer: { result: { error: 'chat has no workspace' } } },
  );
});
