import type { ChatId } from '@shared/model/ids.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { watchFeed } from '../lib/bridge.ts';

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

/** Follows what a process of a chat writes; shown at most once a frame. Close it when it is no longer seen. */
export function watchOutput(
  chatId: ChatId,
  processId: string,
): { readonly store: StoreApi<Output>; close(): void } {
  const store = createStore<Output>(() => ({ text: '', skippedBytes: 0, ended: false }));
  let output = store.getState();
  let cursor: number | null = null;
  let frame = 0;
  const feed = watchFeed('process.output', () => ({ chatId, processId, after: cursor ?? -FIRST_BYTES }), {
    onEvents: (events) => {
      for (const event of events) {
        if (event.type === 'exit') {
          output = { ...output, ended: true };
          feed.close();
        } else {
          output = appendOutput(output, event.text, event.skipped);
          cursor = event.next;
        }
      }
      if (frame === 0) {
        frame = requestAnimationFrame(() => {
          frame = 0;
          store.setState(output);
        });
      }
    },
  });
  return {
    store,
    close: () => {
      cancelAnimationFrame(frame);
      feed.close();
    },
  };
}
