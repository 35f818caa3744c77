import type { FilesEvent } from '@shared/contract/files.ts';
import { describe, expect, test } from 'vitest';
import { type Files, type Folder, followedPaths, foundOf, needsListing, parentOf } from './files.ts';
import { withMention } from './mention.ts';

const files = (change: Partial<Files>): Files => ({
  folders: {},
  expanded: new Set(),
  active: null,
  opened: null,
  filter: '',
  found: null,
  ...change,
});

describe('which directories are followed', () => {
  test('those that are on the screen', () => {
    expect(followedPaths(files({}))).toEqual(['']);
    const expanded = new Set(['a', 'a/b', 'c/d']);
    expect(followedPaths(files({ expanded }))).toEqual(['', 'a', 'a/b']);
  });

  test('and that of the open file, also when it is folded away', () => {
    const opened = { path: 'c/d/e.txt', content: null, failure: null };
    expect(followedPaths(files({ expanded: new Set(['a']), opened }))).toEqual(['', 'c/d', 'a']);
  });

  test('no more than a feed takes', () => {
    const expanded = new Set(Array.from({ length: 300 }, (_, at) => `d${at}`));
    expect(followedPaths(files({ expanded }))).toHaveLength(100);
  });
});

describe('when a directory is listed', () => {
  const listed: Folder = { listing: { entries: [], truncated: false, stamp: '1' }, failure: null };
  const event = (change: Partial<FilesEvent>): FilesEvent => ({
    path: '',
    state: 'present',
    stamp: '1',
    entries: true,
    names: null,
    ...change,
  });

  test('at first, and when it is another than the one that is shown', () => {
    expect(needsListing(event({}), undefined)).toBe(true);
    expect(needsListing(event({ stamp: '2' }), listed)).toBe(true);
    expect(needsListing(event({}), { ...listed, failure: 'It did not answer.' })).toBe(true);
  });

  test('not when a subscription begins with what is shown already, nor for what a file holds', () => {
    expect(needsListing(event({}), listed)).toBe(false);
    expect(needsListing(event({ entries: false, names: ['a'] }), listed)).toBe(false);
  });

  test('for each name that is told of, however coarse the clock of the disk is', () => {
    expect(needsListing(event({ names: ['a'] }), listed)).toBe(true);
  });
});

test('the directory of a path', () => {
  expect([parentOf('a/b/c'), parentOf('a'), parentOf('')]).toEqual(['a/b', '', '']);
});

test('a mention comes after what is written', () => {
  expect(withMention('', 'a/b.ts')).toBe('@a/b.ts ');
  expect(withMention('Look at', 'a/b.ts')).toBe('Look at @a/b.ts ');
  expect(withMention('Look at ', 'my file.ts')).toBe('Look at @"my file.ts" ');
});

test('what the filter found, and what there is to say about it', () => {
  expect(foundOf({ paths: ['a'], cut: null })).toEqual({ paths: ['a'], note: null });
  expect(foundOf({ paths: [], cut: null }).note).toBe('No file matches');
  expect(foundOf({ paths: ['a', 'b'], cut: 'count' }).note).toContain('2 newest');
  expect(foundOf({ paths: [], cut: 'time' }).note).toContain('took too long');
});
