import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { encodeRecord } from './journal-records.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = () => path.join(dir, 'one.log');

describe('the journal', () => {
  it('knows intents and answers again after it was opened anew', async () => {
    const journal = new Journal(dir, 'one');
    await Promise.all([journal.intend('a', 'hash-a', []), journal.intend('b', 'hash-b', [])]);
    await journal.settle('a', 200, { id: 'x' });
    await journal.close();
    const again = new Journal(dir, 'one');
    expect(again.find('a')).toMatchObject({
      intent: { hash: 'hash-a' },
      answer: { status: 200, body: { id: 'x' } },
    });
    expect(again.find('b')).toMatchObject({ answer: null });
    expect(again.find('c')).toBeNull();
    await again.close();
  });

  it('repairs a torn last record, and what comes after it is found', async () => {
    const journal = new Journal(dir, 'one');
    await journal.intend('a', 'hash-a', []);
    await journal.close();
    const whole = statSync(file()).size;
    appendFileSync(file(), '0123abcd {"type":"outcome","key":"a","sta');
    const repaired = new Journal(dir, 'one');
    expect(statSync(file()).size).toBe(whole);
    expect(repaired.find('a')).toMatchObject({ answer: null });
    await repaired.settle('a', 200, 1);
    await repaired.close();
    const last = new Journal(dir, 'one');
    expect(last.find('a')).toMatchObject({ answer: { body: 1 } });
    await last.close();
  });

  it('finds what another version writes while both run', async () => {
    const [one, two] = [new Journal(dir, 'one'), new Journal(dir, 'two')];
    await one.intend('a', 'hash-a', []);
    expect(two.find('a')).toMatchObject({ answer: null });
    await one.settle('a', 200, 'done');
    expect(two.find('a')).toMatchObject({ answer: { body: 'done' } });
    await Promise.all([one.close(), two.close()]);
    expect(readdirSync(dir).sort()).toEqual(['one.log', 'two.log']);
  });

  it('forgets after seven days', async () => {
    const old = Date.now() - 8 * 24 * 3_600_000;
    const record = { type: 'intent', hash: 'h', files: [] } as const;
    writeFileSync(
      file(),
      encodeRecord({ ...record, key: 'old', at: old }) +
        encodeRecord({ ...record, key: 'new', at: Date.now() }),
    );
    const journal = new Journal(dir, 'one');
    expect(journal.find('old')).toBeNull();
    expect(journal.find('new')).not.toBeNull();
    await journal.close();
    expect(readFileSync(file(), 'utf8')).not.toContain('"old"');
  });
});
