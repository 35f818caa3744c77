import type { WorkerId } from '@shared/model/ids.ts';
import type { LiveFrame } from '@shared/model/stream.ts';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Log } from '../../base/log.ts';
import type { Replica } from '../../db/replicas.ts';
import type { PartBuffer } from '../stream/part-buffer.ts';
import type { PartsAt, PartsSource } from '../stream/parts-source.ts';
import { fetchParts } from './fetch-parts.ts';

export const RECONNECT_MS = 500;

export interface RelayDeps {
  readonly workerId: WorkerId;
  readonly buffer: PartBuffer;
  /** Null: not there. */
  readonly findReplica: (id: WorkerId) => Promise<Replica | null>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RelayedParts extends PartsSource {
  /** Connections that are open or being opened. */
  readonly open: number;
  /** Ends every connection and awaits it. */
  close(): Promise<void>;
}

/**
 * Parts from whoever makes them (CHATD 4.7): from our own buffer, or over a connection to the replica whose worker owns
 * the chat. It is opened in the background, tried again 500 ms after it broke, and goes on after the last frame, so
 * that nothing comes twice. The stream that watches says when another worker, episode or nobody is to be watched:
 * what arrives after `stop` is dropped.
 */
export function createRelayedParts(deps: RelayDeps): RelayedParts {
  const closing = new AbortController();
  const following = new Set<Promise<void>>();
  return {
    get open() {
      return following.size;
    },
    watch(at, onFrame) {
      if (at.workerId === deps.workerId) return deps.buffer.watch(at.chatId, at.episode, onFrame);
      const stopping = new AbortController();
      const task = follow(deps, at, onFrame, AbortSignal.any([stopping.signal, closing.signal])).finally(
        () => following.delete(task),
      );
      following.add(task);
      return () => stopping.abort();
    },
    async close() {
      closing.abort();
      await Promise.all(following);
    },
  };
}

/** Until the signal aborts. Never rejects. */
async function follow(
  { findReplica, clock, log }: RelayDeps,
  at: PartsAt,
  onFrame: (frame: LiveFrame) => void,
  signal: AbortSignal,
): Promise<void> {
  let fromSeq = 1;
  while (!signal.aborted) {
    try {
      const replica = await findReplica(at.workerId);
      if (replica && !signal.aborted) {
        for await (const frame of fetchParts({ replica, at, fromSeq, clock }, signal)) {
          if (signal.aborted) break;
          fromSeq = frame.seq + 1;
          onFrame(frame);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      log.debug('parts of another replica broke off', { chatId: at.chatId, ...errorFields(error) });
    }
    await clock.sleep(RECONNECT_MS, signal).catch(() => undefined);
  }
}
