import type { ChatId, WorkerId } from '@shared/model/ids.ts';
import type { Episode, LiveFrame } from '@shared/model/stream.ts';
import type { PartBuffer } from './part-buffer.ts';

/** One episode of one chat, and who makes it. */
export interface PartsAt {
  readonly chatId: ChatId;
  readonly workerId: WorkerId;
  readonly episode: Episode;
}

/** Where a stream gets the parts of a running step from: this process, or the replica that owns the chat. */
export interface PartsSource {
  /**
   * Calls for every frame of the episode from seq 1 on, in order, each once. An episode that does not exist yet is
   * waited for. Never throws; what cannot be reached is tried again. Returns the function that stops it.
   */
  watch(at: PartsAt, onFrame: (frame: LiveFrame) => void): () => void;
}

/** Whoever runs the chat, it runs here. */
export function localParts(buffer: PartBuffer): PartsSource {
  return { watch: ({ chatId, episode }, onFrame) => buffer.watch(chatId, episode, onFrame) };
}
