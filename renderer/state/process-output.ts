import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { watchFeed } from '../lib/bridge.ts';
import type { Feed } from '../lib/feed-loop.ts';

export interface Output {
  /** The newest characters; what came before is counted, not kept. */
  readonly text: string;
  readonly skippedBytes: number;
  readonly ended: boolean;
}

const KEPT_CHARS = 96 * 1024;
const FIRST_BYTES = 64 * 1024;

/** Appends and keeps the newest part, cut at a line where there is one. */
export function appendOutput(old: Output, text: string, skipped: number): Output {
  const whole = old.text + text;
  if (whole.length <= KEPT_CHARS) return { ...old, text: whole, skippedBytes: old.skippedBytes + skipped };
  const cut = whole.length - KEPT_CHARS;
  const line = whole.indexOf('\n', cut);
  const from = line >= 0 && line - cut < 4096 ? line + 1 : cut;
  return { ...old, text: whole.slice(from), skippedBytes: old.skippedBytes + skipped + from };
}

/** What a process writes, followed while somebody looks; shown at most once a frame. */
export interface OutputSource {
  readonly subscribe: (run: () => void) => () => void;
  readonly get: () => Output;
}

export function outputOf(chatId: ChatId, processId: string): OutputSource {
  const listeners = new Set<() => void>();
  let shown: Output = { text: '', skippedBytes: 0, ended: false };
  let output = shown;
  let cursor: number | null = null;
  let frame = 0;
  let feed: Feed | null = null;
  const take = (events: readonly ProcessOutputEvent[]) => {
    for (const event of events) {
      if (event.type === 'exit') {
        output = { ...output, ended: true };
        feed?.close();
      } else {
        output = appendOutput(output, event.text, event.skipped);
        cursor = event.next;
      }
    }
    if (frame === 0) frame = requestAnimationFrame(show);
  };
  const show = () => {
    frame = 0;
    shown = output;
    for (const run of listeners) run();
  };
  return {
    subscribe: (run) => {
      listeners.add(run);
      if (listeners.size === 1 && !output.ended) {
        const input = () => ({ chatId, processId, after: cursor ?? -FIRST_BYTES });
        feed = watchFeed('process.output', input, { onEvents: take });
      }
      return () => {
        listeners.delete(run);
        if (listeners.size > 0) return;
        cancelAnimationFrame(frame);
        frame = 0;
        feed?.close();
      };
    },
    get: () => shown,
  };
}
