import type { RemovalFindings } from '@shared/model/workspace.ts';
import { expect, test } from 'vitest';
import { removalLists, removalWords } from './removal-words.ts';

const none = { count: 0, first: [] };
const NOTHING: RemovalFindings = {
  directory: '/w/fix-1',
  branch: 'fix-1',
  uncommitted: none,
  unpushed: none,
  unmerged: none,
  processes: none,
  unknown: null,
};

test('what would be lost is named, each commit once, and what is not listed is counted', () => {
  const commit = (hash: string) => ({ hash, subject: `Commit ${hash}` });
  const lists = removalLists({
    ...NOTHING,
    uncommitted: { count: 30, first: ['a.txt', 'b.txt'] },
    unpushed: { count: 2, first: [commit('a1'), commit('b2')] },
    unmerged: { count: 1, first: [commit('a1')] },
    processes: { count: 1, first: ['npm start'] },
  });
  expect(lists).toEqual([
    { label: '30 changes that are in no commit', lines: ['a.txt', 'b.txt'], more: 28 },
    { label: '1 commit that nothing else has, unmerged and unpushed', lines: ['a1 Commit a1'], more: 0 },
    { label: '1 commit that was not pushed', lines: ['b2 Commit b2'], more: 0 },
    { label: '1 command that runs there', lines: ['npm start'], more: 0 },
  ]);
  expect(removalLists(NOTHING)).toEqual([]);
});

test('what happens to the directory is said, and that a foreign one stays', () => {
  expect(removalWords(NOTHING, 'fix-1')).toContain('The directory is deleted, and the branch fix-1');
  expect(removalWords({ ...NOTHING, directory: null }, 'api')).toContain('Its folder stays as it is');
});
