import { type Findings, type Row, row } from './report.ts';
import { type SshLab, withSshLab } from './ssh-lab.ts';
import { median } from './stats.ts';

const TIMES = 11;
const FAR_MS = 80;
const GIVE_UP_MS = 60_000;
/** What we may take besides. */
const MORE_TRIPS = 3;
const MORE_MS = 50;

/**
 * From nothing to the first answer of an agent that runs on the host, and `ssh host true`, in turn. Round trips:
 *
 *   both    TCP 1, versions and offers 2, keys exchanged 3, login begun 4, methods asked for 5, key offered 6 and
 *           signed 7, session channel 8, command begun 9; `ssh host true` has ended by then
 *   ours    the script sent and its report 10, tunnel 11, request 12
 */
export async function benchSshConnect(): Promise<Findings> {
  const { near, far } = await withSshLab(async (lab) => {
    // The first time puts the agent there.
    await connectAndRead(lab);
    return { near: await connectBoth(lab, 0), far: await connectBoth(lab, FAR_MS) };
  });
  return {
    rows: [
      figure('ssh-connect at 0 ms', near, MORE_MS),
      figure(`ssh-connect at ${FAR_MS} ms`, far, MORE_TRIPS * FAR_MS + MORE_MS),
      row({
        name: 'ssh-connect.round trips',
        value: (far.oursBestMs - near.oursBestMs) / FAR_MS,
        unit: 'round trips',
        baseline: (far.sshBestMs - near.sshBestMs) / FAR_MS,
      }),
    ],
    notes: [
      `ssh-connect: connection, login and read-file-lines, ${TIMES} times, in turn with a new \`ssh host true\` (the ` +
        'baseline); the line at 80 ms is a delaying TCP proxy, the same for both',
    ],
  };
}

/** Medians, and the fastest of each: what the distance adds shows best where nothing else was in the way. */
interface Both {
  readonly oursMs: number;
  readonly oursBestMs: number;
  readonly sshMs: number;
  readonly sshBestMs: number;
}

function figure(name: string, { oursMs, sshMs }: Both, moreMs: number): Row {
  return row({
    name,
    value: oursMs,
    unit: 'ms',
    baseline: sshMs,
    target: `≤ baseline + ${moreMs} ms`,
    meets: (value) => value <= sshMs + moreMs,
  });
}

async function connectBoth(lab: SshLab, roundTripMs: number): Promise<Both> {
  lab.roundTrip(roundTripMs);
  const [oursMs, sshMs] = [[] as number[], [] as number[]];
  for (let n = 0; n < TIMES; n += 1) {
    oursMs.push(await connectAndRead(lab));
    const from = performance.now();
    await lab.ssh([], ['true']);
    sshMs.push(performance.now() - from);
  }
  return {
    oursMs: median(oursMs),
    oursBestMs: Math.min(...oursMs),
    sshMs: median(sshMs),
    sshBestMs: Math.min(...sshMs),
  };
}

async function connectAndRead(lab: SshLab): Promise<number> {
  const host = await lab.host();
  try {
    const from = performance.now();
    const lines = await host.client.readLines(
      { path: lab.file },
      { signal: AbortSignal.timeout(GIVE_UP_MS) },
    );
    if (!lines.success) throw new Error('The read brought nothing');
    return performance.now() - from;
  } finally {
    await host.close();
  }
}
