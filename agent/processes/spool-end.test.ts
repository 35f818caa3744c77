import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pauseAfter } from './pause-after.ts';
import { SpoolEnd } from './spool.ts';
import { segmentName } from './spool-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-spool-end-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('sees the first file, its growth, the next file and its growth', async () => {
  const end = new SpoolEnd(dir);
  expect(await end.loadTotal()).toBe(0);
  writeFileSync(path.join(dir, 'head'), 'abc');
  expect(await end.loadTotal()).toBe(3);
  appendFileSync(path.join(dir, 'head'), 'de');
  expect(await end.loadTotal()).toBe(5);
  writeFileSync(path.join(dir, segmentName(5)), 'f');
  // The time of a directory may be coarse.
  await expect.poll(() => end.loadTotal(), { timeout: 10_000 }).toBe(6);
  appendFileSync(path.join(dir, segmentName(5)), 'g');
  expect(await end.loadTotal()).toBe(7);
  rmSync(path.join(dir, 'head'));
  expect(await end.loadTotal()).toBe(7);
});

it('looks often at what just spoke and seldom at what is silent', () => {
  expect(pauseAfter(0)).toBe(50);
  expect(pauseAfter(1_000)).toBe(100);
  expect(pauseAfter(60_000)).toBe(500);
});
