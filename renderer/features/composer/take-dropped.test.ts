import { expect, test } from 'vitest';
import { takeDropped } from './take-dropped.ts';

const item = (name: string, kind: string, isDirectory: boolean | null) => ({
  kind,
  getAsFile: () => (kind === 'file' ? new File([''], name) : null),
  webkitGetAsEntry: () => (isDirectory === null ? null : { isDirectory }),
});

test('files and folders are told apart; what is dragged besides is passed over', () => {
  const { files, folders } = takeDropped([
    item('a.png', 'file', false),
    item('src', 'file', true),
    item('words', 'string', null),
    item('from a page.png', 'file', null),
  ]);
  expect(files.map(({ name }) => name)).toEqual(['a.png', 'from a page.png']);
  expect(folders.map(({ name }) => name)).toEqual(['src']);
});
