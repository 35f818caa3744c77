import type { ActionRequest } from '@shared/model/chat.ts';
import { asId, type MessageId, type WorkerId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import { type Doing, toActivity } from './activity.ts';

const IDLE: Doing = {
  status: 'waiting',
  worker_id: null,
  running_tool: null,
  running_args: null,
  compacting: false,
  asked_call: null,
  asked_action: null,
};

test.each([
  [{}, 'Thinking'],
  [{ compacting: true }, 'Summarizing…'],
  [{ running_tool: 'execute', running_args: { command: 'npm test\nmore' } }, 'Running npm test'],
  [{ running_tool: 'edit_files', running_args: { files: [{ path: 'a.ts' }] } }, 'Editing a.ts'],
  [{ running_tool: 'spawn_agent', running_args: { title: 'Docs' } }, 'Delegating Docs'],
  [{ running_tool: 'create_workspace', running_args: { name: 'fix' } }, 'Making a workspace fix'],
  [{ running_tool: 'start_workspace', running_args: {} }, 'Starting its workspace'],
  [{ running_tool: 'deploy', running_args: {} }, 'Using deploy'],
] as const)('activity %#', (row, activity) => {
  const owned = { ...IDLE, worker_id: asId<WorkerId>('w'), ...row };
  expect(toActivity({ ...owned, status: 'running' })).toBe(activity);
  expect(toActivity(owned)).toBeNull();
});

const loop: ActionRequest = {
  kind: 'loop',
  tool: 'execute',
  subject: 'npm test',
  times: 3,
  message_id: asId<MessageId>(1),
};

test.each([
  [loop, 'Asks whether to go on: the same execute 3 times'],
  [
    { kind: 'budget', cap_micros: 1, spent_micros: 1, estimate_micros: null },
    'Asks to spend more than the budget',
  ],
  [{ kind: 'question', text: 'Which one?\nA or B', options: [] }, 'Asks: Which one?'],
  [null, 'Waiting for results from outside'],
] as const)('a chat that waits says what for, in one line %#', (asked_action, activity) => {
  expect(toActivity({ ...IDLE, status: 'requires_action', asked_action })).toBe(activity);
});

test('a call that asks comes before an action', () => {
  const asked_call = {
    hash: 'h',
    host: 'here',
    directory: '/w',
    verb: 'Run',
    subject: 'git push\necho done',
  };
  const row: Doing = { ...IDLE, status: 'requires_action', asked_call, asked_action: loop };
  expect(toActivity(row)).toBe('Asks to run git push');
});

test.each([
  ['Edit', '/w/src/a.ts\n\n- 1\n+ 2', 'Asks to edit src/a.ts'],
  ['Edit', '/web/a.ts', 'Asks to edit /web/a.ts'],
  ['Run', '/w/bin/deploy', 'Asks to run /w/bin/deploy'],
])('a file is called as in its workspace, a command stays whole %#', (verb, subject, activity) => {
  const asked_call = { hash: 'h', host: 'here', directory: '/w', verb, subject };
  expect(toActivity({ ...IDLE, status: 'requires_action', asked_call })).toBe(activity);
});
