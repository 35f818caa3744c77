import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteOf } from '../base/process-identity.ts';
import { putFile } from '../base/small-file.ts';
import { Run } from './run.ts';
import { type RunMeta, runFile } from './run-files.ts';

const meta: RunMeta = {
  id: 'id',
  command: 'true',
  workdir: '/',
  background: false,
  chatId: null,
  host: 'here',
  startedAt: 1_000,
};
const signal = new AbortController().signal;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-run-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a run, seen through its directory', () => {
  it('#267 still runs when the time to wait is over', async () => {
    putFile(runFile.started(dir), await noteOf(process.pid));
    const run = new Run(dir, meta);
    await run.waitForExit(30, signal);
    expect(await run.loadExit()).toBeNull();
    expect(await run.loadInfo()).toMatchObject({ running: true, started_at_unix: 1 });
  });

  it('has ended, nobody knows how, when its pid now belongs to another process', async () => {
    const self = await noteOf(process.pid);
    putFile(runFile.started(dir), { ...self, start: 'another boot:1' });
    putFile(runFile.pid(dir), { ...self, start: 'another boot:2' });
    const run = new Run(dir, meta);
    expect(await run.loadExit()).toMatchObject({ code: -1 });
    expect(JSON.parse(readFileSync(runFile.exit(dir), 'utf8'))).toMatchObject({ code: -1 });
    expect(await run.signal('SIGKILL', signal)).toBe(false);
  });

  it('still runs when its files cannot be read', async () => {
    // Reading a directory fails, as reading anything does when too many files are open.
    mkdirSync(runFile.started(dir));
    const run = new Run(dir, meta);
    expect(await run.loadExit()).toBeNull();
    expect(existsSync(runFile.exit(dir))).toBe(false);
    rmSync(runFile.started(dir), { recursive: true });
    expect(await run.loadExit()).toMatchObject({ code: -1 });
  });

  it('still runs when it cannot be looked at, and is looked at again later', async () => {
    putFile(runFile.started(dir), await noteOf(process.pid));
    let looks = 0;
    const run = new Run(dir, meta, () => {
      looks++;
      return Promise.reject(new Error('too many open files'));
    });
    expect(await run.loadExit()).toBeNull();
    expect(await run.loadExit()).toBeNull();
    expect(looks).toBe(2);
    expect(existsSync(runFile.exit(dir))).toBe(false);
  });

  it('is not killed when only its pid is known', async () => {
    putFile(runFile.started(dir), await noteOf(process.pid));
    putFile(runFile.pid(dir), { pid: 2 ** 22 + 1, start: 'unknown' });
    await expect(new Run(dir, meta).signal('SIGKILL', signal)).rejects.toMatchObject({ status: 500 });
  });

  it('is not looked at closely every time', async () => {
    putFile(runFile.started(dir), await noteOf(process.pid));
    let looks = 0;
    const run = new Run(dir, meta, () => {
      looks++;
      return Promise.resolve(true);
    });
    for (let count = 0; count < 20; count++) expect(await run.loadExit()).toBeNull();
    expect(looks).toBeLessThanOrEqual(2);
  });

  it('its end is seen at once, however lately it was seen alive', async () => {
    // Above what Linux and macOS give away: no process has it.
    putFile(runFile.started(dir), { pid: 2 ** 22 + 1, start: 'a boot:1' });
    const looks = [true, false];
    const run = new Run(dir, meta, () => Promise.resolve(looks.shift() ?? false));
    expect(await run.loadExit()).toBeNull();
    expect(await run.loadExit()).toMatchObject({ code: -1 });
  });

  it('keeps the exit that was written, whoever is alive', async () => {
    putFile(runFile.started(dir), await noteOf(process.pid));
    putFile(runFile.exit(dir), { code: 7, at: 5_000 });
    expect(await new Run(dir, meta).loadInfo()).toMatchObject({
      running: false,
      exit_code: 7,
      exited_at_unix: 5,
    });
  });

  it('does not take half a file for an exit', async () => {
    putFile(runFile.started(dir), await noteOf(process.pid));
    writeFileSync(runFile.exit(dir), '{"code":');
    expect(await new Run(dir, meta).loadExit()).toBeNull();
  });
});
