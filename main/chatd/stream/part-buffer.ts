import type { ChatId } from '@shared/model/ids.ts';
import type { Role } from '@shared/model/message.ts';
import type { LivePart } from '@shared/model/part.ts';
import type { Episode, LiveFrame } from '@shared/model/stream.ts';
import { invariant } from '@shared/util/invariant.ts';
import type { Log } from '../../base/log.ts';

/** Characters of payload that one episode may hold. What comes later is dropped: the durable row heals it. */
const CAP_CHARS = 1024 * 1024;

/** Where a generation attempt puts its parts. */
export interface EpisodeWriter {
  add(role: Role, part: LivePart): void;
  /** Idempotent. Nothing can be added afterwards. */
  close(): void;
  /** Closes it and forgets what was said: the attempt failed and will be made again. */
  discard(): void;
}

interface Entry {
  readonly episode: Episode;
  readonly frames: LiveFrame[];
  readonly watchers: Set<(frame: LiveFrame) => void>;
  state: 'awaited' | 'open' | 'full' | 'closed';
  chars: number;
}

const keyOf = (e: Episode) => `${e.history_version}/${e.generation_attempt}`;

function sizeOf(part: LivePart): number {
  if (part.type === 'text' || part.type === 'reasoning') return part.text.length;
  // Arguments that came as deltas are counted by then.
  if (part.type === 'tool-call') return (part.args_delta?.length ?? 0) + (part.args ? 256 : 0);
  return part.result_delta?.length ?? JSON.stringify(part.result)?.length ?? 0;
}

/**
 * The message parts that are not in the database yet (CHATD 3.11): one episode a generation attempt, numbered
 * from 1. A reader that comes before its episode waits for it; one that comes later gets all from the start.
 *
 * An episode goes when its chat's next one begins or its runner leaves: by then it is a row, or nothing. No reader
 * needs it any more, so no clock is asked how long it has been closed.
 */
export class PartBuffer {
  readonly #log: Log;
  readonly #chats = new Map<ChatId, Map<string, Entry>>();

  constructor(log: Log) {
    this.#log = log;
  }

  create(chatId: ChatId, episode: Episode): EpisodeWriter {
    this.#forget(chatId, keyOf(episode));
    const entry = this.#entryOf(chatId, episode);
    invariant(entry.state === 'awaited', `episode ${keyOf(episode)} of ${chatId} exists already`);
    entry.state = 'open';
    return {
      add: (role, part) => this.#add(chatId, entry, role, part),
      close() {
        entry.state = 'closed';
      },
      discard() {
        entry.state = 'closed';
        entry.frames.length = 0;
      },
    };
  }

  /**
   * Closes the episodes of this history and gives the frames of the newest attempt: what an interrupt keeps.
   * Interrupt sets the row's attempt to 0 (decision 10), so the buffer is what knows the attempt.
   */
  closeHistory(chatId: ChatId, historyVersion: number): readonly LiveFrame[] {
    const entries = [...(this.#chats.get(chatId)?.values() ?? [])]
      .filter((e) => e.episode.history_version === historyVersion && e.state !== 'awaited')
      .sort((a, b) => b.episode.generation_attempt - a.episode.generation_attempt);
    for (const entry of entries) entry.state = 'closed';
    return entries[0]?.frames ?? [];
  }

  /** Replays at once what is there, then calls for each new frame. Returns the function that stops it. */
  watch(chatId: ChatId, episode: Episode, onFrame: (frame: LiveFrame) => void): () => void {
    const entry = this.#entryOf(chatId, episode);
    for (const frame of entry.frames) onFrame(frame);
    entry.watchers.add(onFrame);
    return () => {
      entry.watchers.delete(onFrame);
      if (entry.state === 'awaited') this.#forget(chatId, null);
    };
  }

  /** Episodes that are kept, also those that are waited for. */
  get size(): number {
    return [...this.#chats.values()].reduce((sum, episodes) => sum + episodes.size, 0);
  }

  /** Forgets the chat's closed episodes: its runner has left. */
  release(chatId: ChatId): void {
    this.#forget(chatId, null);
  }

  #add(chatId: ChatId, entry: Entry, role: Role, part: LivePart): void {
    if (entry.state !== 'open') return;
    const chars = sizeOf(part);
    if (entry.chars + chars > CAP_CHARS) {
      // For good: words that come after a hole would say something else.
      entry.state = 'full';
      this.#log.warn('episode is full, the rest is not shown', { chatId, ...entry.episode });
      return;
    }
    entry.chars += chars;
    const frame: LiveFrame = { ...entry.episode, seq: entry.frames.length + 1, role, part };
    entry.frames.push(frame);
    for (const onFrame of entry.watchers) onFrame(frame);
  }

  #entryOf(chatId: ChatId, episode: Episode): Entry {
    const episodes = this.#chats.get(chatId) ?? new Map<string, Entry>();
    this.#chats.set(chatId, episodes);
    const key = keyOf(episode);
    const found = episodes.get(key);
    if (found) return found;
    const entry: Entry = { episode, frames: [], watchers: new Set(), state: 'awaited', chars: 0 };
    episodes.set(key, entry);
    return entry;
  }

  #forget(chatId: ChatId, unless: string | null): void {
    const episodes = this.#chats.get(chatId);
    if (!episodes) return;
    for (const [key, entry] of episodes) {
      const idle = entry.state === 'closed' || (entry.state === 'awaited' && entry.watchers.size === 0);
      if (idle && key !== unless) episodes.delete(key);
    }
    if (episodes.size === 0) this.#chats.delete(chatId);
  }
}
