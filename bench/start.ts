import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { makeScratch, type Subject, start } from './electron.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { median } from './stats.ts';
import { wallMs } from './wall-clock.ts';

const ROUNDS = 7;
const CHATS = 1_000;
const GIVE_UP_MS = 60_000;

/** Process start → the frame with the tree's rows, in turn with an empty window. */
export async function benchStart(): Promise<Findings> {
  const scratch = makeScratch();
  try {
    const app = subjectIn(scratch.dir, 'app');
    const empty = subjectIn(scratch.dir, 'empty');
    await seededDataDir(app.dataDir, { chats: CHATS, longChat: 0 });
    const [shell, rows, base]: [number[], number[], number[]] = [[], [], []];
    // The first of each fills the caches of the disk and of Chromium.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const painted = await launchOnce(empty, 'shell');
      const own = await launchOnce(app, 'rows');
      if (round === 0) continue;
      base.push(painted.get('shell') ?? Number.NaN);
      shell.push(own.get('shell') ?? Number.NaN);
      rows.push(own.get('rows') ?? Number.NaN);
    }
    const baseline = median(base);
    return {
      rows: [
        row({
          name: 'start',
          value: median(rows),
          unit: 'ms',
          baseline,
          target: '≤ 1.5×',
          meets: (_, ratio) => ratio <= 1.5,
        }),
        row({ name: 'start.first-paint', value: median(shell), unit: 'ms', baseline }),
      ],
      notes: [
        `start: ${CHATS} chats, median of ${ROUNDS}, spread ${spread(rows)} against ${spread(base)} ms`,
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

/** Milliseconds from the start of the process to each thing that was painted, until `last` was. */
async function launchOnce(subject: Subject, last: string): Promise<ReadonlyMap<string, number>> {
  const startedAt = wallMs();
  const started = start(subject);
  const painted = new Map<string, number>();
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
        resolve();
      });
    });
  } finally {
    await started.stop();
    lines.close();
  }
  return painted;
}
