import { asId, type TemplateId, type WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName, Template } from '@shared/model/template.ts';
import { describe, expect, test } from 'vitest';
import type { StoredState } from '../../db/made-workspaces.ts';
import { parseFound } from './found.ts';
import { NOTHING, parseInspection, wouldLose } from './inspect-removal.ts';
import { factsOf, type Outcome, outcomeOf } from './script-outcome.ts';
import type { MadeWorkspace } from './script-request.ts';
import { directoryFor, resolveDirectory } from './script-request.ts';

function workspace(state: StoredState, change: Partial<Template> = {}): MadeWorkspace {
  const template: Template = {
    id: asId<TemplateId>('6a7b1c1e-0000-4000-8000-000000000001'),
    name: 'own',
    kind: 'local',
    parameters: [],
    directory: '~/{name}',
    ...change,
  };
  return {
    id: asId<WorkspaceId>('6a7b1c1e-0000-4000-8000-000000000002'),
    kind: template.kind,
    name: 'own',
    directory: '/own',
    host: null,
    mode: 'ask',
    trust: 'unknown',
    making: {
      template,
      parameters: {},
      state,
      script: 'provision',
      scriptCount: 1,
      force: false,
      runs: [],
      error: null,
      facts: { repository: null, base: null, branch: null },
      createdAt: '',
      createKey: null,
    },
  };
}

const worked = { kind: 'exit', exitCode: 0, output: '' } as const;
const failed = { kind: 'exit', exitCode: 3, output: 'one\n10%\r20%\r\n\nlast\n' } as const;

describe('what a workspace is after a script', () => {
  test.each<[StoredState, ScriptName, Partial<Template>, Outcome]>([
    ['provisioning', 'provision', {}, { state: 'running', error: null }],
    ['provisioning', 'provision', { start: 'x' }, { state: 'provisioning', error: null, next: 'start' }],
    ['provisioning', 'start', { start: 'x' }, { state: 'running', error: null }],
    ['running', 'stop', { stop: 'x' }, { state: 'stopped', error: null }],
    ['running', 'remove', {}, { state: 'removed', error: null, deleted: true }],
  ])('%s, and %s %j worked', (state, script, change, outcome) => {
    expect(outcomeOf(workspace(state, change), script, worked)).toEqual(outcome);
  });

  test.each<[StoredState, ScriptName, Partial<Template>, StoredState]>([
    ['provisioning', 'provision', {}, 'failed'],
    ['provisioning', 'start', { start: 'x' }, 'running'],
    ['provisioning', 'start', { kind: 'container' }, 'failed'],
    ['stopped', 'start', { start: 'x' }, 'stopped'],
    ['running', 'stop', { stop: 'x' }, 'running'],
    ['stopped', 'remove', {}, 'stopped'],
  ])('%s, and %s %j was lost', (before, script, change, state) => {
    const end = { kind: 'lost', words: 'away' } as const;
    expect(outcomeOf(workspace(before, change), script, end)).toEqual({ state, error: 'away' });
  });

  test('one that was given up is gone', () => {
    const outcome = outcomeOf(workspace('provisioning'), 'provision', { kind: 'cancelled' });
    expect(outcome).toEqual({ state: 'removed', error: null, deleted: true });
  });

  test('a branch that was kept is no failure of the removal, and one of another script is', () => {
    expect(outcomeOf(workspace('running'), 'remove', failed)).toMatchObject({ deleted: true });
    expect(outcomeOf(workspace('running'), 'stop', failed).error).toContain('ended with 3');
  });

  test('a failure says its last lines, and of a progress line what stood there last', () => {
    expect(outcomeOf(workspace('provisioning'), 'provision', failed)).toEqual({
      state: 'failed',
      error: 'The provision script ended with 3.\none\n20%\nlast',
    });
    const killed = { kind: 'exit', exitCode: -1, output: '' } as const;
    expect(outcomeOf(workspace('provisioning'), 'provision', killed).error).toBe(
      'The provision script was ended.',
    );
  });
});

test('the last fact of a name counts, and an empty one is none', () => {
  expect(factsOf(['branch=a', 'branch=b=c', 'base=', 'other=x'])).toEqual({
    repository: null,
    base: null,
    branch: 'b=c',
  });
});

test('records that are torn, foreign or hostile are passed over', () => {
  const record = {
    version: 1,
    id: '6a7b1c1e-0000-4000-8000-000000000002',
    name: 'own',
    kind: 'local',
    directory: '/own',
    created_at: 'x',
    template: { name: 'own', kind: 'local', directory: '~/{name}', parameters: [] },
    parameters: {},
  };
  const lines = [
    'fact branch=lost',
    `record ${JSON.stringify(record)}`,
    'fact branch=topic',
    'record {"version":1',
    'fact branch=torn',
    `record ${JSON.stringify({ ...record, version: 2 })}`,
    `record ${JSON.stringify({ ...record, directory: 'relative' })}`,
    `record ${JSON.stringify({ ...record, template: { name: '../x' } })}`,
    '',
  ];
  expect(parseFound(lines.join('\n'))).toMatchObject([
    { record: { name: 'own' }, facts: { branch: 'topic', base: null } },
  ]);
});

test('an inspection is read line by line; a subject may look like anything', () => {
  const told = parseInspection(
    [
      'is worktree',
      'count unpushed 30',
      'commit 0123',
      'unpushed:0123 is clone',
      'count unmerged 1',
      'unmerged:0123 unpushed:x',
      'linked 0',
    ].join('\n'),
  );
  expect(told).toEqual({
    is: 'worktree',
    unpushed: { count: 30, first: [{ hash: '0123', subject: 'is clone' }] },
    unmerged: { count: 1, first: [{ hash: '0123', subject: 'unpushed:x' }] },
    stash: { count: 0, first: [] },
    linked: 0,
  });
});

test('what would be lost: commits that only this machine has count in a clone, not in a worktree', () => {
  const some = { count: 1, first: [] };
  const made = { ...NOTHING, directory: '/own' };
  expect(wouldLose({ ...NOTHING, uncommitted: some })).toBe(false);
  expect(wouldLose(made)).toBe(false);
  expect(wouldLose({ ...made, unpushed: some })).toBe(true);
  expect(wouldLose({ ...made, branch: 'topic', unpushed: some })).toBe(false);
  for (const change of [{ uncommitted: some }, { unmerged: some }, { processes: some }, { unknown: 'x' }]) {
    expect(wouldLose({ ...made, branch: 'topic', ...change })).toBe(true);
  }
});

test('a directory is the person’s or the template’s, with the name in it, on that machine', () => {
  expect(directoryFor('~/gaffer/{name}', 'mine', {})).toBe('~/gaffer/mine');
  expect(directoryFor('~/gaffer/{name}', '$&', { directory: '/srv/{name}/' })).toBe('/srv/$&');
  expect(resolveDirectory('~/a//b', { home: '/home/$& me', root: '/x' })).toBe('/home/$& me/a/b');
});
