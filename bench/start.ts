import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { processTree } from '../e2e/fixtures/process-tree.ts';
import { cpuOf } from './cpu.ts';
import { makeScratch, type Subject, start } from './electron.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { median } from './stats.ts';
import { wallMs } from './wall-clock.ts';

const ROUNDS = 7;
const CHATS = 1_000;
const GIVE_UP_MS = 60_000;

/** Process start → the frame with the tree's rows, first the last-known ones, in turn with an empty window. */
export async function benchStart(): Promise<Findings> {
  const scratch = makeScratch();
  try {
    const app = subjectIn(scratch.dir, 'app');
    const empty = subjectIn(scratch.dir, 'empty');
    await seededDataDir(app.dataDir, { chats: CHATS, longChat: 0 });
    const own: Launch[] = [];
    const base: Launch[] = [];
    // The first of each fills the caches of the disk and of Chromium.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const bare = await launchOnce(empty, 'shell');
      const full = await launchOnce(app, 'rows');
      if (round === 0) continue;
      base.push(bare);
      own.push(full);
    }
    const rows = own.map((launch) => launch.painted.get('rows') ?? Number.NaN);
    const known = own.map((launch) => launch.painted.get('last-known') ?? Number.NaN);
    const shell = own.map((launch) => launch.painted.get('shell') ?? Number.NaN);
    const bare = base.map((launch) => launch.painted.get('shell') ?? Number.NaN);
    const cpu = (launches: readonly Launch[]) => median(launches.map((launch) => launch.cpuMs));
    const baseline = median(bare);
    return {
      rows: [
        row({
          name: 'start',
          value: median(known),
          unit: 'ms',
          baseline,
          target: '≤ 1.5×',
          meets: (_, ratio) => ratio <= 1.5,
        }),
        row({ name: 'start.from-database', value: median(rows), unit: 'ms', baseline }),
        row({ name: 'start.first-paint', value: median(shell), unit: 'ms', baseline }),
        // What a busy machine does not change: the processor time of all processes until then.
        row({ name: 'start.cpu', value: cpu(own), unit: 'ms', baseline: cpu(base) }),
      ],
      notes: [
        `start: ${CHATS} chats, median of ${ROUNDS}, spread ${spread(known)} against ${spread(bare)} ms: the tree as the window showed it last, greyed; start.from-database: the rows of now`,
      ],
    };
  } finally {
    await scratch.remove();
  }
}

export function subjectIn(dir: string, kind: 'app' | 'empty'): Subject {
  const subject = { kind, dataDir: path.join(dir, kind, 'data'), homeDir: path.join(dir, kind, 'home') };
  fs.mkdirSync(subject.homeDir, { recursive: true });
  return subject;
}

function spread(numbers: readonly number[]): string {
  return `${Math.round(Math.min(...numbers))}–${Math.round(Math.max(...numbers))}`;
}

interface Launch {
  /** Milliseconds from the start of the process to each thing that was painted. */
  readonly painted: ReadonlyMap<string, number>;
  /** Of all processes, when the last of them was. */
  readonly cpuMs: number;
}

/** One start, until `last` is painted. */
async function launchOnce(subject: Subject, last: string): Promise<Launch> {
  const startedAt = wallMs();
  const started = start(subject);
  const painted = new Map<string, number>();
  let cpuMs = Number.NaN;
  const stdout = started.process.stdout;
  if (!stdout) throw new Error('The app was started without its output');
  const lines = createInterface({ input: stdout });
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${subject.kind}: never painted "${last}"`)),
        GIVE_UP_MS,
      );
      lines.on('line', (line) => {
        if (!line.startsWith('BENCH ')) return;
        const { name, at } = JSON.parse(line.slice(6)) as { name: string; at: number };
        painted.set(name, at - startedAt);
        if (name !== last) return;
        clearTimeout(late);
        const spent = cpuOf(processTree(started.process.pid ?? 0));
        cpuMs = [...spent.values()].reduce((sum, { ms }) => sum + ms, 0);
        resolve();
      });
    });
  } finally {
    await started.stop();
    lines.close();
  }
  return { painted, cpuMs };
}
