import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import { isAway } from './away.ts';

const EVENT_BYTES = 64 * 1024;
/** After a broken link, and after an empty answer that should have waited. */
const PAUSE_MS = 1_000;

export interface WatchedProcess {
  connect(): Promise<AgentClient>;
  readonly clock: Clock;
  /** Absent: a process of no chat. */
  readonly chatId?: string;
  readonly processId: string;
  /** Byte cursor; negative: that many bytes before the end. */
  readonly after: number;
}

/**
 * The spool of a process from a cursor on, as text, until the process ended and all was read. A broken link is
 * waited out; a process that the agent does not know ends the feed with an unknown exit code.
 */
export async function* watchProcess(
  watched: WatchedProcess,
  signal: AbortSignal,
): AsyncGenerator<ProcessOutputEvent> {
  let cursor = watched.after;
  let carried: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  while (!signal.aborted) {
    const chunk = await readChunk(watched, cursor, signal);
    if (chunk === 'later') continue;
    if (chunk === null) return yield { type: 'exit', exitCode: null };
    const gap = cursor >= 0 ? chunk.start - cursor : 0;
    const bytes = Buffer.concat([gap > 0 ? Buffer.alloc(0) : carried, Buffer.from(chunk.data, 'base64')]);
    const ended = !chunk.running && chunk.data === '';
    const { texts, rest } = splitText(bytes, ended);
    let at = chunk.next - bytes.length;
    let skipped = gap > 0 ? gap + carried.length : 0;
    for (const text of texts) {
      at += text.length;
      yield { type: 'output', text: text.toString('utf8'), next: at, skipped };
      skipped = 0;
    }
    // Missing at the end, with nothing after it.
    if (ended && skipped > 0) yield { type: 'output', text: '', next: chunk.next, skipped };
    carried = rest;
    cursor = chunk.next;
    if (ended) return yield { type: 'exit', exitCode: chunk.exit_code };
    if (chunk.data === '') await pause(watched.clock, signal);
  }
}

async function readChunk(watched: WatchedProcess, after: number, signal: AbortSignal) {
  try {
    const client = await watched.connect();
    return await client.spool(watched.processId, after, true, {
      signal,
      ...(watched.chatId === undefined ? {} : { chatId: watched.chatId }),
    });
  } catch (error) {
    if (signal.aborted) return 'later';
    if (error instanceof AgentError && error.code === 'not-found') return null;
    if (!isAway(error)) throw error;
    await pause(watched.clock, signal);
    return 'later';
  }
}

/** Waits a moment; an abort only ends the wait. */
async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
}

/** Pieces of bounded size that end on whole characters; `rest` is the start of one that is not complete. */
export function splitText(bytes: Buffer, isEnd: boolean): { texts: readonly Buffer[]; rest: Buffer } {
  const texts: Buffer[] = [];
  let from = 0;
  while (bytes.length - from > EVENT_BYTES) {
    const to = wholeCharacters(bytes, from, from + EVENT_BYTES);
    texts.push(bytes.subarray(from, to));
    from = to;
  }
  const to = isEnd ? bytes.length : wholeCharacters(bytes, from, bytes.length);
  if (to > from) texts.push(bytes.subarray(from, to));
  return { texts, rest: Buffer.from(bytes.subarray(to)) };
}

/** Where the last character that is complete before `end` ends. Bytes that are no UTF-8 count as characters. */
function wholeCharacters(bytes: Buffer, start: number, end: number): number {
  for (let at = end - 1; at >= Math.max(start, end - 4); at -= 1) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return at + length > end ? at : end;
  }
  return end;
}
