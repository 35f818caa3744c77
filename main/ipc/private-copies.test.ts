import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { copyName, createPrivateCopies } from './private-copies.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'gaffer-copies-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each([
  ['paper.pdf', 'paper.pdf'],
  ['Paper.PDF', 'Paper.pdf'],
  ['run.desktop', 'run.desktop.pdf'],
  ['../../etc/passwd', 'passwd.pdf'],
  ['C:\\x\\a.exe', 'a.exe.pdf'],
  ['-rf', 'rf.pdf'],
  ['..pdf', 'file.pdf'],
  ['', 'file.pdf'],
  ['con.pdf', 'file con.pdf'],
  ['a?b:c\u0000d', 'a_b_c_d.pdf'],
  ['x'.repeat(300), `${'x'.repeat(100)}.pdf`],
])('a copy of %j is called %j', (name, copy) => {
  expect(copyName(name, 'pdf')).toBe(copy);
});

test('a copy is the user’s alone, is not written to, and goes with the app; what a kill left goes, too', async () => {
  const left = path.join(directory, 'left');
  writeFileSync(left, 'x');
  const opened: string[] = [];
  const copies = createPrivateCopies({
    directory,
    random: systemRandom,
    openPath: async (file) => {
      opened.push(file);
      return opened.length > 2 ? 'There is no program for it.' : '';
    },
  });
  const data = new TextEncoder().encode('%PDF-1.4');
  expect(await copies.show('paper.pdf', 'pdf', data)).toBe('shown');
  expect(await copies.show('paper.pdf', 'pdf', data)).toBe('shown');
  expect(await copies.show('paper.pdf', 'pdf', data)).toBe('no-viewer');
  expect(existsSync(left)).toBe(false);
  expect(new Set(opened).size).toBe(3);
  const [file = ''] = opened;
  expect(path.basename(file)).toBe('paper.pdf');
  expect(readFileSync(file, 'utf8')).toBe('%PDF-1.4');
  expect(statSync(file).mode & 0o777).toBe(0o400);
  expect(statSync(path.dirname(file)).mode & 0o077).toBe(0);
  await copies.close();
  expect(opened.some((one) => existsSync(one))).toBe(false);
});
