import fs from 'node:fs';
import path from 'node:path';
import { processTree } from '../e2e/fixtures/process-tree.ts';
import { cpuOf } from './cpu.ts';
import { agentsIn, type Driven, drive, makeScratch } from './electron.ts';
import { startRecording, stopRecording } from './frames.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { subjectIn } from './start.ts';
import { median } from './stats.ts';

const ROUNDS = 5;
const LOOK_MS = 10_000;
/** Start-up's own work (title, drafts, first checks) is over. */
const REST_MS = 8_000;
const CHATS = 1_000;

interface Look {
  readonly frames: number;
  /** Processor time of all processes, in ms, by what they are. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

/** Nothing runs and nothing has the focus: what the app still does, beside an empty window that does the same. */
export async function benchIdle(): Promise<Findings> {
  if (process.platform !== 'linux') return { rows: [], notes: ['idle: reads /proc, so it needs Linux'] };
  const scratch = makeScratch();
  const stops: (() => Promise<void>)[] = [() => scratch.remove()];
  try {
    const subject = subjectIn(scratch.dir, 'app');
    await seededDataDir(subject.dataDir, { chats: CHATS, longChat: 0 });
    const empty = await drive(subjectIn(scratch.dir, 'empty'));
    stops.push(() => empty.stop());
    await checkCounter(empty, path.join(scratch.dir, 'trace.json'));
    const app = await drive(subject);
    stops.push(() => app.stop());
    await app.window.getByRole('treeitem').first().waitFor();
    await app.window.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await pause(REST_MS);
    const pids = () => [...new Set([...processTree(app.pid), ...agentsIn(scratch.dir)])];
    const own: Look[] = [];
    const base: Look[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      own.push(await look(app, pids, scratch.dir));
      base.push(await look(empty, () => processTree(empty.pid), scratch.dir));
    }
    return findings(own, base);
  } finally {
    for (const stop of stops.toReversed()) await stop().catch(() => undefined);
  }
}

function findings(own: readonly Look[], base: readonly Look[]): Findings {
  const frames = median(own.map((l) => l.frames));
  const share = (l: Look) => ([...l.cpuMs.values()].reduce((a, b) => a + b, 0) / LOOK_MS) * 100;
  const kinds = [...new Set(own.flatMap((l) => [...l.cpuMs.keys()]))];
  const byKind = kinds.map((kind) => {
    const ms = median(own.map((l) => l.cpuMs.get(kind) ?? 0));
    return `${kind} ${((ms / LOOK_MS) * 100).toFixed(2)} %`;
  });
  return {
    rows: [
      row({
        name: 'idle.frames',
        value: frames,
        unit: 'frames',
        baseline: median(base.map((l) => l.frames)),
        target: '≤ 2',
        meets: (value) => value <= 2,
      }),
      row({
        name: 'idle.cpu',
        value: median(own.map(share)),
        unit: '% of a core',
        baseline: median(base.map(share)),
        target: '≤ 0.5 %',
        meets: (value) => value <= 0.5,
      }),
    ],
    notes: [
      `idle: ${CHATS} chats, ${ROUNDS} looks of ${LOOK_MS / 1000} s; frames ${own.map((l) => l.frames).join(' ')}; ` +
        `${byKind.join(', ')}`,
    ],
  };
}

/**
 * Frames are counted by Chromium's own trace: an animation-frame loop in the page would cause what it counts.
 * Processor time is taken in another span of the same length, because tracing costs some.
 */
async function look(app: Driven, pids: () => number[], dir: string): Promise<Look> {
  const before = cpuOf(pids());
  await pause(LOOK_MS);
  const after = cpuOf(pids());
  const cpuMs = new Map<string, number>();
  for (const [pid, { kind, ms }] of after) {
    const spent = ms - (before.get(pid)?.ms ?? 0);
    cpuMs.set(kind, (cpuMs.get(kind) ?? 0) + spent);
  }
  return { frames: await countFrames(app, path.join(dir, 'trace.json'), LOOK_MS), cpuMs };
}

/** What the display compositor drew for the window meanwhile. */
async function countFrames({ electron }: Driven, file: string, forMs: number): Promise<number> {
  await electron.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ['viz'] }),
  );
  await pause(forMs);
  await electron.evaluate(({ contentTracing }, to) => contentTracing.stopRecording(to), file);
  const { traceEvents } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    traceEvents: readonly { name: string }[];
  };
  return traceEvents.filter((event) => event.name === 'Display::DrawAndSwap').length;
}

/** A counter that sees nothing would be content with everything. */
async function checkCounter(empty: Driven, file: string): Promise<void> {
  await startRecording(empty.window);
  const counted = await countFrames(empty, file, 1_000);
  await stopRecording(empty.window);
  if (counted < 10) throw new Error(`An element moved for a second and the trace holds ${counted} frames`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
