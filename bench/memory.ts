import fs from 'node:fs';
import type { CDPSession } from '@playwright/test';
import { processTree } from '../e2e/fixtures/process-tree.ts';
import { agentsIn, type Driven, drive, makeScratch } from './electron.ts';
import { openChat, rowNames } from './open-chat.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { subjectIn } from './start.ts';
import { median } from './stats.ts';

const CHATS = 1_000;
const ROWS_PER_CHAT = 100;
const CYCLES = 500;
/** Until caches of the database, of fonts and of compiled code are as full as they get. */
const WARM_UP_CYCLES = 60;
const LOOKS = 5;
const REST_MS = 2_000;
const MOST_MB = 350;

/** What all processes together hold, against an empty window; and whether opening chats leaves something behind. */
export async function benchMemory(): Promise<Findings> {
  if (process.platform !== 'linux') return { rows: [], notes: ['memory: reads /proc, so it needs Linux'] };
  const scratch = makeScratch();
  const stops: (() => Promise<void>)[] = [() => scratch.remove()];
  try {
    const subject = subjectIn(scratch.dir, 'app');
    await seededDataDir(subject.dataDir, { chats: CHATS, rowsPerChat: ROWS_PER_CHAT, longChat: 0 });
    const empty = await drive(subjectIn(scratch.dir, 'empty'));
    stops.push(() => empty.stop());
    const emptyMb = await look(empty, () => processTree(empty.pid));
    const app = await drive(subject);
    stops.push(() => app.stop());
    await app.window.getByRole('treeitem').first().waitFor();
    const pids = () => [...new Set([...processTree(app.pid), ...agentsIn(scratch.dir)])];
    const openMb = await look(app, pids);
    const names = await rowNames(app.window);
    await cycle(app, names, WARM_UP_CYCLES);
    const before = await look(app, pids);
    const byKind = tellKinds(pids());
    await cycle(app, names, CYCLES);
    const after = await look(app, pids);
    return {
      rows: [
        row({
          name: 'memory',
          value: openMb,
          unit: 'MB',
          baseline: emptyMb,
          target: `≤ empty + ${MOST_MB} MB`,
          meets: (value) => value <= emptyMb + MOST_MB,
        }),
        row({
          name: 'memory.after-cycles',
          value: after,
          unit: 'MB',
          baseline: before,
          target: '≤ 1.05×',
          meets: (_, ratio) => ratio <= 1.05,
        }),
      ],
      notes: [
        `memory: PSS of all processes, median of ${LOOKS} looks after collecting garbage, ${CHATS} chats of ${ROWS_PER_CHAT} ` +
          `messages; ${byKind}; after-cycles: ${CYCLES} chats opened and left again, against ${WARM_UP_CYCLES}`,
      ],
    };
  } finally {
    for (const stop of stops.toReversed()) await stop().catch(() => undefined);
  }
}

async function cycle({ window }: Driven, names: readonly string[], times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await openChat(window, names[i % names.length] ?? '');
}

/** In MB, when it has come to rest. */
async function look(app: Driven, pids: () => readonly number[]): Promise<number> {
  const found: number[] = [];
  for (let i = 0; i < LOOKS; i += 1) {
    await collectGarbage(app);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    found.push(pids().reduce((sum, pid) => sum + pssMb(pid), 0));
  }
  return median(found);
}

export async function collectGarbage({ electron, window }: Driven): Promise<void> {
  const page = await devtools(window);
  await page.send('HeapProfiler.collectGarbage');
  await page.detach();
  await electron.evaluate(() => {
    process.getBuiltinModule('v8').setFlagsFromString('--expose-gc');
    process.getBuiltinModule('vm').runInNewContext('gc')();
  });
}

export function devtools(window: Driven['window']): Promise<CDPSession> {
  return window.context().newCDPSession(window);
}

/** Memory that processes share counts for each by its share. */
function pssMb(pid: number): number {
  try {
    const said = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(said)?.[1] ?? 0) / 1_000;
  } catch {
    return 0;
  }
}

function tellKinds(pids: readonly number[]): string {
  const kinds = new Map<string, number>();
  for (const pid of pids) {
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const kind = command.includes('agent.cjs')
      ? 'agent'
      : (/--type=([a-z-]+)/.exec(command)?.[1] ?? 'main and database');
    kinds.set(kind, (kinds.get(kind) ?? 0) + pssMb(pid));
  }
  return [...kinds].map(([kind, mb]) => `${kind} ${mb.toFixed(0)} MB`).join(', ');
}
