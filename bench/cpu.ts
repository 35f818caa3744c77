import fs from 'node:fs';

/** Processor time so far, by process, from the nanosecond counters of every thread: /proc/<pid>/stat counts in hundredths of a second. */
export function cpuOf(
  pids: readonly number[],
): ReadonlyMap<number, { readonly kind: string; readonly ms: number }> {
  const found = new Map<number, { kind: string; ms: number }>();
  for (const pid of pids) {
    try {
      const threads = fs.readdirSync(`/proc/${pid}/task`);
      const ns = threads.map((t) =>
        Number(fs.readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]),
      );
      found.set(pid, { kind: kindOf(pid), ms: ns.reduce((a, b) => a + b, 0) / 1e6 });
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}

function kindOf(pid: number): string {
  const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  if (command.includes('agent.cjs')) return 'agent';
  return /--type=([a-z-]+)/.exec(command)?.[1] ?? 'main';
}
