import type { ChatId } from '@shared/model/ids.ts';
import type { LiveFrame } from '@shared/model/stream.ts';
import { invariant } from '@shared/util/invariant.ts';
import type { ChatFacts } from '../machine/types.ts';
import type { PartsSource } from './parts-source.ts';
import { episodeOf } from './sync-events.ts';

/** The parts that one subscriber has still to be sent: of one episode, each once, in order. */
export interface PartFollower {
  /**
   * Watches the episode that the last sync announced, from its first part, unless it does so already. What waits of
   * another goes, and all of an attempt that failed: it will be made again.
   */
  follow(told: { readonly facts: ChatFacts; readonly isRetrying: boolean }): void;
  /** Throws when a part is missing: the feed must begin again. */
  take(): LiveFrame | null;
  stop(): void;
}

/** `onPart` is called when there is something to take. */
export function createPartFollower(source: PartsSource, chatId: ChatId, onPart: () => void): PartFollower {
  let stop: (() => void) | null = null;
  let at = '';
  let waiting: LiveFrame[] = [];
  let taken = 0;
  let lastSeq = 0;
  let hasGap = false;

  function begin(facts: ChatFacts, key: string): void {
    at = key;
    waiting = [];
    taken = 0;
    lastSeq = 0;
    hasGap = false;
    const { workerId } = facts;
    const { history_version, generation_attempt } = episodeOf(facts);
    stop = null;
    if (key === '' || workerId === null) return;
    const onFrame = (frame: LiveFrame) => {
      const isOurs =
        at === key &&
        frame.history_version === history_version &&
        frame.generation_attempt === generation_attempt;
      if (!isOurs || frame.seq <= lastSeq) return;
      if (frame.seq > lastSeq + 1) hasGap = true;
      lastSeq = frame.seq;
      waiting.push(frame);
      onPart();
    };
    stop = source.watch({ chatId, workerId, episode: { history_version, generation_attempt } }, onFrame);
  }

  return {
    follow({ facts, isRetrying }) {
      const { workerId, historyVersion, generationAttempt } = facts;
      const isLive =
        facts.status === 'running' && generationAttempt > 0 && workerId !== null && !isRetrying;
      const next = isLive ? `${workerId}/${historyVersion}/${generationAttempt}` : '';
      if (next === at) return;
      stop?.();
      begin(facts, next);
    },
    take() {
      invariant(!hasGap, `a part is missing in ${at} of ${chatId}`);
      const frame = waiting[taken];
      if (!frame) return null;
      taken += 1;
      if (taken === waiting.length) {
        waiting = [];
        taken = 0;
      }
      return frame;
    },
    stop: () => stop?.(),
  };
}
