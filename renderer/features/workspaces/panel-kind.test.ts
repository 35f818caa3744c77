import { asId, type WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { expect, test } from 'vitest';
import { panelKind } from './panel-kind.ts';

const PLACE: WorkspaceSummary = {
  id: asId<WorkspaceId>('w1'),
  kind: 'worktree',
  name: 'fix-1',
  directory: '/w/fix-1',
  host: 'gpu',
  hostId: null,
  mode: 'edit',
  trust: { answer: 'trusted', brings: null },
  link: { state: 'up' },
  branch: 'fix-1',
  state: 'running',
  script: null,
  error: null,
  templateId: null,
  made: true,
  origin: null,
  actions: ['remove'],
};
const of = (change: Partial<WorkspaceSummary>, atRest = true) => panelKind({ ...PLACE, ...change }, atRest);

test('a workspace that can be worked in says nothing', () => {
  expect(of({})).toEqual({ kind: 'none' });
});

test('what a script does there is told, whatever the state', () => {
  expect(of({ state: 'provisioning', script: 'provision' })).toEqual({
    kind: 'busy',
    words: 'Making fix-1',
  });
  expect(of({ state: 'provisioning', script: 'start' })).toEqual({ kind: 'busy', words: 'Starting fix-1' });
  expect(of({ script: 'remove' })).toEqual({ kind: 'busy', words: 'Removing fix-1' });
});

test('one that could not be made says why, and shows the last lines apart', () => {
  const error = 'The provision script ended with 1.\nfetching\nno such host';
  expect(of({ state: 'failed', error })).toEqual({
    kind: 'still',
    tone: 'err',
    words: 'fix-1 could not be made. The provision script ended with 1.',
    lines: 'fetching\nno such host',
  });
  expect(of({ state: 'failed' })).toMatchObject({ words: 'fix-1 could not be made.', lines: '' });
});

test('stopped, gone, and out of reach where no chat says so itself', () => {
  expect(of({ state: 'stopped' })).toMatchObject({ tone: 'faint', words: 'fix-1 is stopped.' });
  expect(of({ state: 'removed' })).toMatchObject({ words: 'The directory of fix-1 is gone from gpu.' });
  const link = { state: 'down', message: 'Refused.', final: true, retryAt: null } as const;
  expect(of({ state: 'unreachable', link })).toMatchObject({ words: 'Refused.' });
  expect(of({ state: 'unreachable', link }, false)).toEqual({ kind: 'none' });
  const passing = { ...link, final: false, retryAt: '2026-01-01T00:00:00Z' } as const;
  expect(of({ state: 'unreachable', link: passing })).toMatchObject({
    words: 'gpu cannot be reached now.',
  });
});
