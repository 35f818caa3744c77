import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { expect, test } from 'vitest';
import { folderMention } from './folder-mention.ts';

const place = (kind: 'local' | 'ssh', directory: string) =>
  ({ kind, directory, name: 'box' }) as WorkspaceSummary;

test('a folder is named as the agent finds it', () => {
  const here = place('local', '/home/me/app');
  const named = (path: string, at: WorkspaceSummary | null = here) => folderMention(path, at);
  expect(named('/home/me/app/src')).toEqual({ kind: 'mention', text: '@src/ ' });
  expect(named('/home/me/app/my docs/')).toEqual({ kind: 'mention', text: '@"my docs/" ' });
  expect(named('/home/me/app')).toEqual({ kind: 'mention', text: '@./ ' });
  expect(named('/home/me/app-2')).toEqual({ kind: 'mention', text: '@/home/me/app-2/ ' });
  expect(named('C:\\app\\src', place('local', 'C:\\app'))).toEqual({ kind: 'mention', text: '@src/ ' });
});

test('where the agent cannot see it, the message says so', () => {
  expect(folderMention('/home/me/app', place('ssh', '/srv'))).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('box'),
  });
  expect(folderMention(null, null)).toMatchObject({ kind: 'refused' });
});
