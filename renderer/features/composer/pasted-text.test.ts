import { asId, type FileId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import { isLong, isPasted, pastedFile } from './pasted-text.ts';

const kept = (name: string, media_type = 'text/plain') =>
  ({ type: 'file', file_id: asId<FileId>('f'), name, media_type, size: 1 }) as const;

test('a long text becomes a file with a name of its own', () => {
  expect(isLong('x'.repeat(8_000))).toBe(false);
  expect(isLong('x'.repeat(8_001))).toBe(true);
  expect(pastedFile('x', []).name).toBe('Pasted text.txt');
  const before = [kept('Pasted text.txt'), kept('Pasted text 2.txt')];
  expect(pastedFile('x', before).name).toBe('Pasted text 3.txt');
  expect(before.every(isPasted)).toBe(true);
  expect(isPasted(kept('notes.txt'))).toBe(false);
  expect(isPasted(kept('Pasted text.txt', 'image/png'))).toBe(false);
});
