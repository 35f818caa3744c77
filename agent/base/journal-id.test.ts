import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournalId } from './journal-id.ts';

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-journal-id-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

test('a journal keeps its name, and no other has it', () => {
  const other = path.join(dir, 'other');
  fs.mkdirSync(other);
  const id = openJournalId(dir);
  expect(openJournalId(dir)).toBe(id);
  expect(openJournalId(other)).not.toBe(id);
});

test('a name that a power cut tore is given anew, for good', () => {
  fs.writeFileSync(path.join(dir, 'id'), '');
  const id = openJournalId(dir);
  expect(id).not.toBe('');
  expect(openJournalId(dir)).toBe(id);
  expect(fs.readdirSync(dir).filter((name) => name !== 'id')).toEqual([]);
});
