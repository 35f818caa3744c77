import type { ChatDiffStatus } from '@shared/model/git.ts';
import { asId, type ChatId } from '@shared/model/ids.ts';
import { expect, it } from 'vitest';
import { isFirstDiff } from './first-diff.ts';
import type { GitState } from './git.ts';

const chat = asId<ChatId>('a');
const git = (files: number | null, events: number): GitState => ({
  questions: [],
  statuses: new Map(files === null ? [] : [[chat, { changed_files: files } as ChatDiffStatus]]),
  diffs: new Map(events === 0 ? [] : [[chat, events]]),
});

it('a diff is the first one when something was done and nothing had changed before', () => {
  expect(isFirstDiff(chat, git(2, 1), git(0, 1))).toBe(true);
  expect(isFirstDiff(chat, git(2, 1), git(null, 1))).toBe(true);
  expect(isFirstDiff(chat, git(0, 1), git(null, 1))).toBe(false);
  expect(isFirstDiff(chat, git(3, 2), git(2, 2))).toBe(false);
});

it('a chat that is opened with what it had changed has no first diff', () => {
  expect(isFirstDiff(chat, git(2, 0), git(null, 0))).toBe(false);
});
