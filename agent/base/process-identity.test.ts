import { expect, it } from 'vitest';
import { isAlive, lookInProc, noteOf } from './process-identity.ts';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
/** Above what Linux and macOS give away. */
const nobody = 2 ** 22 + 1;

it('knows itself, and that a pid now belongs to another', async () => {
  const self = await noteOf(process.pid);
  expect(self).toMatchObject({ pid: process.pid });
  expect(await isAlive({ pid: process.pid, start: self.start })).toBe(true);
  expect(await isAlive({ pid: process.pid, start: 'another boot:1' })).toBe(false);
  expect(await isAlive({ pid: nobody, start: self.start })).toBe(false);
});

it('does not take a look that failed for an end', async () => {
  for (const code of ['EMFILE', 'ENFILE', 'EACCES', 'EIO']) {
    expect(await lookInProc(nobody, failing(code))).toBe('unknown');
  }
  expect(await lookInProc(nobody, failing('ENOENT'))).toBe('gone');
  expect(await lookInProc(nobody, failing('ESRCH'))).toBe('gone');
  // It exists, and there is no /proc to look in.
  expect(await lookInProc(process.pid, failing('ENOENT'))).toBe('unknown');
});

it('what was gone when it was written down is not whoever has its pid later', async () => {
  const { start } = await noteOf(nobody);
  expect(await isAlive({ pid: process.pid, start })).toBe(false);
});

it('a process that could not look at itself lives as long as its pid does', async () => {
  expect(await isAlive({ pid: process.pid, start: 'unknown' })).toBe(true);
  expect(await isAlive({ pid: nobody, start: 'unknown' })).toBe(false);
});
