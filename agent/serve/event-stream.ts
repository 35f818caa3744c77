import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { limits } from '../base/limits.ts';
import { Wake } from '../base/wake.ts';
import type { Watch, Watched } from '../base/watched.ts';

/**
 * Tells a client what changes, until it goes. What has changed is only marked, and asked when the client takes more:
 * one that does not read costs nothing and gets the last state of each.
 */
export async function streamEvents(
  watches: readonly Watch<object>[],
  out: Writable,
  signal: AbortSignal,
): Promise<void> {
  const wake = new Wake();
  const dirty = new Set<Watched<object>>();
  const watched = watches.map((watch) => {
    const one = watch(() => {
      dirty.add(one);
      wake.notify();
    });
    dirty.add(one);
    return one;
  });
  try {
    let beat = Date.now() + limits.heartbeatMs;
    while (!signal.aborted) {
      for (const one of dirty) {
        dirty.delete(one);
        for (const event of await one.tell())
          await write(out, `data: ${JSON.stringify(event)}\n\n`, signal);
        if (signal.aborted) return;
      }
      if (dirty.size > 0) continue;
      await wake.wait(Math.max(0, beat - Date.now()), signal);
      if (Date.now() < beat) continue;
      beat = Date.now() + limits.heartbeatMs;
      await write(out, ': still here\n\n', signal);
      // The system may lose a word about a change, and has none for what another computer does to a shared disk.
      for (const one of watched) dirty.add(one);
    }
  } finally {
    for (const one of watched) one.close();
  }
}

/** Resolves when there is room for more, or the client went. */
async function write(out: Writable, text: string, signal: AbortSignal): Promise<void> {
  if (out.destroyed || out.write(text)) return;
  await once(out, 'drain', { signal }).catch(() => undefined);
}
