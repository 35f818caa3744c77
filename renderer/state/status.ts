import type { ChatSummary } from '@shared/model/chat.ts';
import { never } from '@shared/util/never.ts';
import { countdown, firstLine } from '../lib/format.ts';
import type { StatusGlyph } from '../ui/status-mark.tsx';

export type StatusTone = 'none' | 'ok' | 'faint' | 'accent' | 'neutral' | 'warn' | 'err';

/** Always the three together (UI.md). `words` is empty only for a chat that rests and was seen. */
export interface StatusLook {
  readonly words: string;
  readonly glyph: StatusGlyph;
  readonly tone: StatusTone;
}

type Row = Pick<
  ChatSummary,
  'status' | 'pending' | 'retry' | 'unread' | 'stopped' | 'activity' | 'asks' | 'last_error'
>;

/** `nowMs` counts only while a retry waits. */
export function statusLook(chat: Row, nowMs: number): StatusLook {
  switch (chat.status) {
    case 'waiting':
      if (chat.stopped) return { words: 'Stopped', glyph: 'none', tone: 'faint' };
      return chat.unread
        ? { words: 'Finished', glyph: 'dot', tone: 'ok' }
        : { words: '', glyph: 'none', tone: 'none' };
    case 'running':
      if (chat.retry) return { words: retryWords(chat.retry, nowMs), glyph: 'clock', tone: 'neutral' };
      if (chat.pending) return { words: 'Waiting for a free slot', glyph: 'ring', tone: 'faint' };
      return { words: chat.activity ?? 'Working', glyph: 'beat', tone: 'accent' };
    case 'interrupting':
      return { words: 'Stopping…', glyph: 'square', tone: 'faint' };
    case 'requires_action':
      return { words: chat.activity ?? asksWords(chat.asks), glyph: 'hand', tone: 'warn' };
    case 'error':
      if (chat.last_error?.kind === 'paused')
        return { words: 'Queue paused', glyph: 'square', tone: 'faint' };
      return {
        words: firstLine(chat.last_error?.message ?? '') || 'Chat processing failed.',
        glyph: 'cross',
        tone: 'err',
      };
    default:
      return never(chat.status);
  }
}

/** The few that a person groups and filters by. */
export type StatusClass = 'needs' | 'running' | 'failed' | 'finished' | 'idle';

export const STATUS_CLASSES: readonly StatusClass[] = ['needs', 'running', 'failed', 'finished', 'idle'];

export const STATUS_CLASS_WORDS: Readonly<Record<StatusClass, string>> = {
  needs: 'Needs you',
  running: 'Running',
  failed: 'Failed',
  finished: 'Finished',
  idle: 'Resting',
};

export function statusClass(chat: Pick<Row, 'status' | 'unread' | 'asks'>): StatusClass {
  if (chat.asks > 0) return 'needs';
  switch (chat.status) {
    case 'waiting':
      return chat.unread ? 'finished' : 'idle';
    case 'error':
      return 'failed';
    case 'running':
    case 'interrupting':
    case 'requires_action':
      return 'running';
    default:
      return never(chat.status);
  }
}

function asksWords(asks: number): string {
  return asks > 1 ? `Asks ${asks} times` : 'Asks for your approval';
}

const RETRY_KINDS: Partial<Record<string, string>> = {
  rate_limit: 'rate limited',
  overloaded: 'overloaded',
  timeout: 'unavailable',
  stream_silence_timeout: 'no answer',
  workspace_unreachable: 'host not reachable',
};

function retryWords(retry: NonNullable<Row['retry']>, nowMs: number): string {
  const why = RETRY_KINDS[retry.kind] ?? 'failed';
  const left = secondsLeft(retry.retrying_at, nowMs);
  return left > 0 ? `Retrying in ${countdown(left)} — ${why}` : `Retrying now — ${why}`;
}

/** Rounded: `nowMs` may be half a second old, and a wait of 4 s shall not begin as 5. Zero only when it is over. */
export function secondsLeft(at: string, nowMs: number): number {
  const ms = Date.parse(at) - nowMs;
  return ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
}
