import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { encodeRecord, type JournalRecord } from './journal-records.ts';

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

  it('repairs a last record that is torn at any byte', async () => {
    const journal = new Journal(dir, 'one');
    await journal.intend('a', 'hash-a', []);
    await journal.settle('a', 200, 'ü');
    const before = statSync(file()).size;
    await journal.intend('b', 'hash-b', [{ path: '/a', before: null, after: 'x' }]);
    await journal.close();
    const whole = readFileSync(file());
    for (let end = before; end < whole.length; end++) {
      writeFileSync(file(), whole.subarray(0, end));
      const repaired = new Journal(dir, 'one');
      expect(statSync(file()).size).toBe(before);
      expect(repaired.find('a')).toMatchObject({ answer: { body: 'ü' } });
      expect(repaired.find('b')).toBeNull();
      await repaired.close();
    }
    // Written, but not all of it: blocks that the disk never got.
    for (let at = before; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged.fill(0, at, Math.min(at + 5, whole.length));
      writeFileSync(file(), damaged);
      const repaired = new Journal(dir, 'one');
      expect([repaired.find('a') !== null, repaired.find('b')]).toEqual([true, null]);
      await repaired.close();
    }
  });

  it('passes over a record that only another version knows, and loses none behind it', async () => {
    const line = (value: unknown) => encodeRecord(value as JournalRecord);
    const intent = { type: 'intent', key: 'k', hash: 'h', at: Date.now(), files: [] };
    const text = [
      intent,
      { type: 'terminal', key: 'k', at: Date.now(), status: 1 },
      { ...intent, key: 'later', added: { since: 'then' } },
      'just text',
      null,
      { type: 'outcome', key: 'k', at: Date.now(), status: 200, body: 1 },
    ].map(line);
    writeFileSync(file(), text.join(''));
    writeFileSync(path.join(dir, 'other.log'), text.join(''));
    const journal = new Journal(dir, 'one');
    expect(statSync(file()).size).toBe(Buffer.byteLength(text.join('')));
    expect(journal.find('k')).toMatchObject({ answer: { body: 1 } });
    expect(journal.find('later')).toMatchObject({ intent: { hash: 'h' }, answer: null });
    await journal.close();
  });

  it('finds what another version writes while both run', async () => {
    const [one, two] = [new Journal(dir, 'one'), new Journal(dir, 'two')];
    await one.intend('a', 'hash-a', []);
    expect(two.find('a')).toMatchObject({ answer: null });
    await one.settle('a', 200, 'done');
    expect(two.find('a')).toMatchObject({ answer: { body: 'done' } });
    await Promise.all([one.close(), two.close()]);
    expect(readdirSync(dir).sort()).toEqual(['id', 'one.log', 'two.log']);
  });

  it('is repaired by its writer under the eyes of another version', async () => {
    const one = new Journal(dir, 'one');
    await one.intend('a', 'hash-a', []);
    await one.close();
    appendFileSync(file(), '0123abcd {"type":"outcome","key":"a","status":500,"at":1}');
    const two = new Journal(dir, 'two');
    expect(two.find('a')).toMatchObject({ answer: null });
    const again = new Journal(dir, 'one');
    expect(two.find('a')).toMatchObject({ answer: null });
    await again.settle('a', 200, 'done');
    expect(two.find('a')).toMatchObject({ answer: { body: 'done' } });
    await Promise.all([again.close(), two.close()]);
  });

  it('lays each day aside and forgets what is older than seven, also while it is open', async () => {
    let day = 0;
    // It ends today: a file is as old as the system says.
    const started = Date.now() - 12 * 25 * 3_600_000;
    const journal = new Journal(dir, 'one', () => started + day * 25 * 3_600_000);
    const other = new Journal(dir, 'two');
    for (; day < 12; day++) {
      await journal.intend(`day ${day}`, 'h', []);
      await journal.settle(`day ${day}`, 200, day);
      expect(other.find(`day ${day}`)).toMatchObject({ answer: { body: day } });
      for (const name of readdirSync(dir)) {
        const at = /-(\d+)\.log$/.exec(name)?.[1];
        if (at) utimesSync(path.join(dir, name), Number(at) / 1000, Number(at) / 1000);
      }
    }
    expect(journal.find('day 0')).toBeNull();
    expect(journal.find('day 11')).toMatchObject({ answer: { body: 11 } });
    await Promise.all([journal.close(), other.close()]);
    expect(readdirSync(dir).length).toBeLessThan(11);
    const again = new Journal(dir, 'one', () => started + day * 25 * 3_600_000);
    expect(again.find('day 11')).toMatchObject({ answer: { body: 11 } });
    expect(again.find('day 8')).toMatchObject({ answer: { body: 8 } });
    expect(again.find('day 1')).toBeNull();
    await again.close();
  });

  it('goes on in a new file when its own was removed for an old one', async () => {
    const journal = new Journal(dir, 'one');
    await journal.intend('a', 'h', []);
    rmSync(file());
    await journal.settle('a', 200, 1);
    await journal.intend('b', 'h', []);
    await journal.close();
    const again = new Journal(dir, 'one');
    expect(again.find('b')).not.toBeNull();
    await again.close();
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
