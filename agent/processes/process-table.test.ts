import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Home, openHome } from '../base/home.ts';
import { TokenMask } from '../base/mask-tokens.ts';
import { noteOf } from '../base/process-identity.ts';
import { putFile } from '../base/small-file.ts';
import { ProcessTable } from './process-table.ts';
import { getMeta, runFile } from './run-files.ts';

const DAY_MS = 24 * 3_600_000;
let base: string;
let home: Home;
beforeEach(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'gaffer-table-'));
  home = openHome(path.join(base, 'home'));
});
afterEach(() => rmSync(base, { recursive: true }));

const idOf = (digit: string) => `${digit.repeat(8)}-0000-0000-0000-000000000000`;

interface Given {
  readonly host?: string;
  readonly started?: 'here and alive' | 'gone';
  readonly exitDaysAgo?: number;
  readonly daysOld: number;
}

async function put(digit: string, { host, started, exitDaysAgo, daysOld }: Given): Promise<string> {
  const dir = path.join(home.runs, idOf(digit));
  const at = Date.now() - daysOld * DAY_MS;
  mkdirSync(dir);
  const meta = { command: 'true', workdir: '/', background: false, chatId: null, startedAt: at };
  putFile(runFile.meta(dir), { ...meta, id: idOf(digit), host: host ?? home.hostname });
  const self = await noteOf(process.pid);
  if (started)
    putFile(runFile.started(dir), started === 'gone' ? { ...self, start: 'another boot:1' } : self);
  if (exitDaysAgo !== undefined)
    putFile(runFile.exit(dir), { code: 0, at: Date.now() - exitDaysAgo * DAY_MS });
  utimesSync(dir, at / 1000, at / 1000);
  return dir;
}

function table(mostRunning = 10): ProcessTable {
  const baseEnv = async () => ({});
  return new ProcessTable({ home, agentFile: '', baseEnv, mask: new TokenMask([]), mostRunning });
}

it('keeps what ended for seven days, and what runs for as long as it does', async () => {
  const dirs = {
    endedLately: await put('1', { started: 'gone', exitDaysAgo: 6, daysOld: 30 }),
    endedLongAgo: await put('2', { started: 'gone', exitDaysAgo: 8, daysOld: 9 }),
    running: await put('3', { started: 'here and alive', daysOld: 30 }),
    neverStarted: await put('4', { daysOld: 8 }),
    neverStartedYet: await put('5', { daysOld: 1 }),
    lost: await put('6', { started: 'gone', daysOld: 30 }),
    // A home on NFS.
    elsewhereRunning: await put('7', { host: 'elsewhere', started: 'gone', daysOld: 30 }),
    elsewhereEnded: await put('8', { host: 'elsewhere', started: 'gone', exitDaysAgo: 9, daysOld: 9 }),
  };
  const processes = table();
  await processes.open();
  const kept = Object.entries(dirs).flatMap(([name, dir]) => (existsSync(dir) ? [name] : []));
  expect(kept).toEqual(['endedLately', 'running', 'neverStartedYet', 'lost', 'elsewhereRunning']);
  expect((await processes.list(null)).map((one) => one.id)).toEqual([idOf('3'), idOf('6')]);
  expect(processes.has(idOf('2'))).toBe(false);
  // Its end was found out just now.
  await processes.sweep(Date.now() + 8 * DAY_MS);
  expect(existsSync(dirs.lost)).toBe(false);
  expect(existsSync(dirs.running)).toBe(true);
});

it('starts no more than may run at once', async () => {
  await put('1', { started: 'here and alive', daysOld: 1 });
  await put('2', { started: 'gone', exitDaysAgo: 1, daysOld: 1 });
  const processes = table(2);
  await processes.open();
  expect(await processes.prepare({ command: 'true', workdir: '/' })).toBe('/');
  await put('3', { started: 'here and alive', daysOld: 1 });
  expect(processes.has(idOf('3'))).toBe(true);
  await expect(processes.prepare({ command: 'true' })).rejects.toMatchObject({ status: 503, code: 'busy' });
});

it('says of a command that runs on another machine of a shared home where it runs, and never that it ended', async () => {
  const dir = await put('9', { host: 'login1', started: 'gone', daysOld: 0 });
  const elsewhere = { status: 409, code: 'unknown-outcome', message: expect.stringContaining('login1') };
  const here = table();
  await here.open();
  // A start whose outcome was not recorded there comes again, over a link to another machine of the same name.
  await expect(here.start(idOf('9'), { command: 'true', workdir: '/' }, null)).rejects.toMatchObject(
    elsewhere,
  );
  await expect(here.output(idOf('9'), null)).rejects.toMatchObject(elsewhere);
  await expect(here.output(idOf('9'), 'a chat')).rejects.toMatchObject({ status: 404 });
  expect(await here.list(null)).toEqual([]);
  expect(existsSync(runFile.exit(dir))).toBe(false);
});

it('leaves a start to the machine that announced it', async () => {
  const dir = await put('9', { host: 'login1', daysOld: 0 });
  const start = table().start(idOf('9'), { command: 'true', workdir: '/' }, null);
  await expect(start).rejects.toMatchObject({ code: 'unknown-outcome' });
  expect(getMeta(dir)?.host).toBe('login1');
  expect(existsSync(runFile.started(dir))).toBe(false);
});
