import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHeadTail, readSpool, spoolTotal } from './spool.ts';
import { SpoolWriter } from './spool-writer.ts';

// The text is made from the spool, so these go through it.
const CAP = 16_384;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-spool-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function textOf(...chunks: readonly (string | Buffer)[]) {
  const spool = new SpoolWriter(dir);
  for (const chunk of chunks) spool.write(Buffer.from(chunk));
  spool.close();
  return readHeadTail(dir);
}
const lines = (bytes: number, letter = 'x') => `${letter.repeat(63)}\n`.repeat(bytes / 64);

describe('head and tail', () => {
  it('#230 is empty for nothing', async () => {
    expect(await textOf()).toEqual({ output: '' });
  });

  it('#231 leaves small output alone', async () => {
    expect(await textOf('hello\nworld\n')).toEqual({ output: 'hello\nworld\n' });
  });

  it('#232 leaves exactly the head alone', async () => {
    expect(await textOf(lines(CAP))).toEqual({ output: lines(CAP) });
  });

  it('#233 joins head and tail without a marker when nothing is omitted', async () => {
    const text = lines(CAP) + lines(CAP, 'y');
    expect(await textOf(text)).toEqual({ output: text });
    expect((await textOf(`${text.slice(0, -5)}end`)).output).toBe(`${text.slice(0, -5)}end`);
  });

  it('#234 marks the exact number of omitted bytes', async () => {
    const { output } = await textOf(lines(CAP, 'a'), lines(1_600_000, 'b'), lines(CAP, 'c'));
    expect(output).toBe(`${lines(CAP, 'a')}\n\n... [omitted 1600000 bytes] ...\n\n${lines(CAP, 'c')}`);
  });

  it('#235 stays bounded for megabytes', async () => {
    const { output } = await textOf(...Array.from({ length: 80 }, () => lines(64_000)));
    expect(Buffer.byteLength(output)).toBeLessThan(2 * CAP + 100);
  });

  it('#236 cuts a long line to 2,048 bytes, suffix included', async () => {
    const { output, truncated } = await textOf(`${'x'.repeat(5_000)}\nshort\n`);
    const [first, second] = output.split('\n');
    expect(Buffer.byteLength(first ?? '')).toBe(2_048);
    expect(first).toMatch(/x \.\.\. \[truncated\]$/);
    expect(second).toBe('short');
    expect(truncated).toBeUndefined();
  });

  it('#237 cuts a long line in the tail', async () => {
    const { output } = await textOf(lines(CAP), lines(1_600_000), 'z'.repeat(5_000));
    expect(output.split('\n').at(-1)).toMatch(/^z+ \.\.\. \[truncated\]$/);
  });

  it('#239 says four consistent things about the cut', async () => {
    const { output, truncated } = await textOf(lines(CAP), lines(640), lines(CAP));
    expect(truncated).toEqual({
      original_bytes: 2 * CAP + 640,
      retained_bytes: Buffer.byteLength(output),
      omitted_bytes: 640,
      strategy: 'head_tail',
    });
  });

  it('#240 #244 is the same for many small writes as for one', async () => {
    const text = Array.from({ length: 9_000 }, (_, at) => `line ${at}\n`).join('');
    const whole = await textOf(text);
    expect(await textOf(...text.split(/(?<=\n)/))).toEqual(whole);
    expect(whole.output.endsWith('line 8998\nline 8999\n')).toBe(true);
  });

  it('#241 takes an empty write', async () => {
    expect(await textOf('a', '', 'b')).toEqual({ output: 'ab' });
  });

  it('#245 cuts each long line', async () => {
    const { output } = await textOf(`${'a'.repeat(3_000)}\n${'b'.repeat(3_000)}\n`);
    expect(output.match(/\[truncated\]/g)).toHaveLength(2);
  });

  it('never shows half a character at the cut', async () => {
    const { output, truncated } = await textOf('a', 'ü'.repeat(60_000), 'b');
    expect(output).not.toContain('\ufffd');
    const shown = output.replace(/\n\n\.\.\. \[omitted \d+ bytes\] \.\.\.\n\n/, '');
    expect(shown.length).toBeGreaterThan(1_000);
    expect(truncated?.omitted_bytes).toBeGreaterThan(120_002 - 2 * CAP - 1);
  });
});

describe('the spool', () => {
  const bounds = { head: 100, tail: 300, segment: 50 };

  it('keeps the first and at least the last bytes, and counts the rest', async () => {
    const spool = new SpoolWriter(dir, bounds);
    const all = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 251));
    for (let at = 0; at < all.length; at += 37) spool.write(all.subarray(at, at + 37));
    spool.close();
    expect(await spoolTotal(dir)).toBe(5_000);
    expect(await readSpool(dir, 0, 1_000)).toEqual({ data: all.subarray(0, 100), start: 0 });
    expect(await readSpool(dir, 4_700, 1_000)).toEqual({ data: all.subarray(4_700), start: 4_700 });
    const skipped = await readSpool(dir, 100, 1_000);
    expect(skipped.start).toBeGreaterThan(100);
    expect(skipped.start).toBeLessThanOrEqual(4_700);
    expect(skipped.data).toEqual(all.subarray(skipped.start));
  });

  it('#242 begun anew in the same place is like new', async () => {
    const first = new SpoolWriter(dir, bounds);
    first.write(Buffer.alloc(1_000, 'a'));
    first.close();
    const second = new SpoolWriter(dir, bounds);
    expect(await spoolTotal(dir)).toBe(0);
    second.write(Buffer.from('b'));
    second.close();
    expect(await readSpool(dir, 0, 1_000)).toEqual({ data: Buffer.from('b'), start: 0 });
  });

  it('#243 hands out copies: what is done to one is in no other', async () => {
    const spool = new SpoolWriter(dir, bounds);
    const written = Buffer.from('abc');
    spool.write(written);
    written.fill('x');
    const read = await readSpool(dir, 0, 10);
    read.data.fill('y');
    spool.close();
    expect((await readSpool(dir, 0, 10)).data.toString()).toBe('abc');
  });

  it('answers nothing past the end', async () => {
    const spool = new SpoolWriter(dir, bounds);
    spool.write(Buffer.from('abc'));
    spool.close();
    expect(await readSpool(dir, 99, 10)).toEqual({ data: Buffer.alloc(0), start: 3 });
  });
});
