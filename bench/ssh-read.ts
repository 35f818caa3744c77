import { type Findings, type Row, row } from './report.ts';
import { type SshLab, withSshLab } from './ssh-lab.ts';
import { median } from './stats.ts';

const TIMES = 41;
const FAR_MS = 80;
const GIVE_UP_MS = 60_000;

/** A file of a host: the agent's read over a warm tunnel, and `cat` over a warm connection of OpenSSH's, in turn. */
export async function benchSshRead(): Promise<Findings> {
  const { near, far } = await withSshLab(async (lab) => ({
    near: await readBoth(lab, 0),
    far: await readBoth(lab, FAR_MS),
  }));
  return {
    rows: [
      row({
        name: 'ssh-read at 0 ms',
        value: near.oursMs,
        unit: 'ms',
        baseline: near.catMs,
        target: '≤ 0.25×',
        meets: (_, ratio) => ratio <= 0.25,
      }),
      row({
        name: `ssh-read at ${FAR_MS} ms`,
        value: far.oursMs,
        unit: 'ms',
        baseline: far.catMs,
      }),
      roundTrips(far.oursMs, near.oursMs),
    ],
    notes: [
      `ssh-read: read-file-lines of 400 lines, ${TIMES} times, in turn with \`ssh -S socket host cat FILE\` (the ` +
        'baseline); the line at 80 ms is a delaying TCP proxy, the same for both',
    ],
  };
}

/** What the distance adds, in distances. */
function roundTrips(farMs: number, nearMs: number): Row {
  return row({
    name: `ssh-read.round trips at ${FAR_MS} ms`,
    value: (farMs - nearMs) / FAR_MS,
    unit: 'round trips',
    target: '1',
    meets: (trips) => trips < 1.25,
  });
}

async function readBoth(lab: SshLab, roundTripMs: number): Promise<{ oursMs: number; catMs: number }> {
  lab.roundTrip(roundTripMs);
  const host = await lab.host();
  const master = await lab.master();
  try {
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    const ours = async () => {
      const lines = await host.client.readLines({ path: lab.file }, { signal });
      if (!lines.success || lines.lines_read < 100) throw new Error('The read brought nothing');
    };
    const cat = async () => {
      const printed = await lab.ssh(master.options, ['cat', lab.file]);
      if (printed !== lab.content) throw new Error('cat printed something else');
    };
    for (const each of [ours, cat, ours, cat]) await each();
    const [oursMs, catMs] = [[] as number[], [] as number[]];
    for (let n = 0; n < TIMES; n += 1) {
      oursMs.push(await timed(ours));
      catMs.push(await timed(cat));
    }
    return { oursMs: median(oursMs), catMs: median(catMs) };
  } finally {
    await master.end();
    await host.close();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
