// npm run bench -- [names] [--json FILE]: the figures of QUALITY.md. Called by scripts/bench.mjs, which builds first
// and gives it a display.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../e2e/fixtures/app.ts';
import { type Findings, type Row, table } from './report.ts';

const benches: Readonly<Record<string, () => Promise<Findings>>> = {
  start: async () => (await import('./start.ts')).benchStart(),
  'first-token': async () => (await import('./first-token.ts')).benchFirstToken(),
  stream: async () => (await import('./stream.ts')).benchStream(),
  open: async () => (await import('./open.ts')).benchOpen(),
  memory: async () => (await import('./memory.ts')).benchMemory(),
  idle: async () => (await import('./idle.ts')).benchIdle(),
  step: async () => (await import('./step.ts')).benchStep(),
  crowd: async () => (await import('./crowd.ts')).benchCrowd(),
  'long-chat': async () => (await import('./long-chat.ts')).benchLongChat(),
  search: async () => (await import('./search.ts')).benchSearch(),
  'ssh-read': async () => (await import('./ssh-read.ts')).benchSshRead(),
  'ssh-connect': async () => (await import('./ssh-connect.ts')).benchSshConnect(),
  size: async () => (await import('./size.ts')).benchSize(),
};

/** Figures of a shared machine say little without how busy it was. */
function machine(): string {
  const runtime = JSON.parse(
    execFileSync(process.execPath, [path.join(root, 'scripts/electron.mjs'), '--json'], {
      encoding: 'utf8',
    }),
  ) as { version: string; source: string };
  const load = os.loadavg().map((n) => n.toFixed(1));
  return `Electron ${runtime.version} (${runtime.source}), ${os.cpus().length} cores, load ${load.join(' ')}`;
}

async function run(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    const known = Object.keys(benches).join(', ');
    process.stderr.write(`There is no bench called ${unknown.join(', ')}. There are: ${known}.\n`);
    return false;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(benches);
  const rows: Row[] = [];
  const notes: string[] = [];
  let complete = true;
  for (const name of names) {
    process.stderr.write(`bench ${name} … (${machine()})\n`);
    try {
      const found = await benches[name]?.();
      rows.push(...(found?.rows ?? []));
      notes.push(...(found?.notes ?? []));
    } catch (error) {
      complete = false;
      process.stderr.write(
        `bench ${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
    }
  }
  process.stdout.write(`\n${table(rows)}\n\n${notes.map((note) => `${note}\n`).join('')}${machine()}\n`);
  if (values.json !== undefined) {
    // npm runs us in the project's folder; the file is meant from where the person is.
    const file = path.resolve(process.env['INIT_CWD'] ?? process.cwd(), values.json);
    fs.writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
  }
  return complete;
}

process.exitCode = (await run()) ? 0 : 1;
