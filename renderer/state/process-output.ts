import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { watchFeed } from '../lib/bridge.ts';
import { type PacedSource, pacedSource } from './paced.ts';

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

/** What a process writes, followed while somebody looks. */
export function outputOf(chatId: ChatId, processId: string): PacedSource<Output> {
  let output: Output = { text: '', skippedBytes: 0, ended: false };
  let cursor: number | null = null;
  return pacedSource(output, (take) => {
    if (output.ended) return null;
    const onEvents = (events: readonly ProcessOutputEvent[]) => {
      for (const event of events) {
        if (event.type === 'exit') output = { ...output, ended: true };
        else {
          output = appendOutput(output, event.text, event.skipped);
          cursor = event.next;
        }
      }
      take(output);
      if (output.ended) feed.close();
    };
    const input = () => ({ chatId, processId, after: cursor ?? -FIRST_BYTES });
    const feed = watchFeed('process.output', input, { onEvents });
    return feed;
  });
}
