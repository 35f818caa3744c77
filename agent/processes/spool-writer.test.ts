import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHeadTail, readSpool, spoolTotal } from './spool.ts';
import { SpoolWriter } from './spool-writer.ts';

const BOUNDS = { head: 20, tail: 40, segment: 10 };
/** Every write to it says that there is no space. */
const FULL = '/dev/full';

function newDir(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-spool-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function readAll(dir: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let at = 0; ; ) {
    const { data, start } = await readSpool(dir, at, 1_000);
    if (data.length === 0) return texts;
    texts.push(`${start}: ${data.toString()}`);
    at = start + data.length;
  }
}

describe('the writer of a spool', () => {
  it('keeps the beginning and the end', async () => {
    const dir = newDir();
    const spool = new SpoolWriter(dir, BOUNDS);
    for (let n = 0; n < 20; n += 1) spool.write(Buffer.from(`line ${String(n).padStart(4, '0')}\n`));
    spool.close();
    expect(await spoolTotal(dir)).toBe(200);
    expect(await readAll(dir)).toEqual([
      '0: line 0000\nline 0001\n',
      `150: ${[15, 16, 17, 18, 19].map((n) => `line 00${n}\n`).join('')}`,
    ]);
  });

  it.skipIf(process.platform !== 'linux')(
    'loses what a full disk has no room for, tells how much, and goes on when there is room again',
    async () => {
      const dir = newDir();
      let now = 0;
      const spool = new SpoolWriter(dir, BOUNDS, () => now);
      spool.write(Buffer.from('0123456789abcdefghij'));
      // The disk is full when the next file is begun, and a second later still.
      symlinkSync(FULL, path.join(dir, 'tail-000000000000020'));
      spool.write(Buffer.from('lost'));
      symlinkSync(FULL, path.join(dir, 'tail-000000000000024'));
      now += 1_000;
      spool.write(Buffer.from(' and lost'));
      expect(readdirSync(dir)).toEqual(['head']);
      spool.write(Buffer.from('!'));
      now += 1_000;
      spool.write(Buffer.from('here again'));
      spool.write(Buffer.from(', and on'));
      spool.close();
      expect(await readAll(dir)).toEqual(['0: 0123456789abcdefghij', '34: here again, and on']);
      const { output, truncated } = await readHeadTail(dir);
      expect(output).toBe('0123456789abcdefghij\n\n... [omitted 14 bytes] ...\n\nhere again, and on');
      expect(truncated?.omitted_bytes).toBe(14);
    },
  );

  it.skipIf(process.platform !== 'linux')('tells what a full disk took at the very end', async () => {
    const dir = newDir();
    const spool = new SpoolWriter(dir, BOUNDS, () => 0);
    spool.write(Buffer.from('0123456789abcdefghij'));
    symlinkSync(FULL, path.join(dir, 'tail-000000000000020'));
    spool.write(Buffer.from('3 tests failed'));
    spool.close();
    expect((await readHeadTail(dir, spool.written)).truncated?.omitted_bytes).toBe(14);
    expect(await spoolTotal(dir, spool.written)).toBe(34);
  });

  it('shows the end also behind several holes', async () => {
    const dir = newDir();
    for (const [name, text] of [
      ['head', 'one'],
      ['tail-000000000000010', 'two'],
      ['tail-000000000000020', 'three'],
    ] as const)
      writeFileSync(path.join(dir, name), text);
    expect((await readHeadTail(dir)).output).toBe('one\n\n... [omitted 17 bytes] ...\n\nthree');
  });
});
