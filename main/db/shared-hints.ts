import pg from 'pg';
import { systemClock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import { CHANNELS } from './hints.ts';
import { clientConfig } from './shared-sessions.ts';
import type { Hint } from './store.ts';

const AGAIN_AFTER_MS = 500;
/** A connection that died without a word is noticed after this long. */
const LOOK_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;

export interface SharedHints {
  close(): Promise<void>;
}

type Post = (hint: Hint) => void;

/**
 * Listens on a connection of its own, and on another one when that is lost: then `hints_lost` is posted first. The
 * first connection stands when this resolves.
 */
export async function listenShared(url: string, post: Post, log: Log): Promise<SharedHints> {
  const closing = new AbortController();
  const first = await listen(url, post);
  const loop = (async () => {
    for (
      let line: Line | null = first;
      !closing.signal.aborted;
      line = await again(url, post, closing.signal)
    ) {
      if (!line) continue;
      await lasts(line, closing.signal);
      await line.client.end().catch(() => undefined);
      if (!closing.signal.aborted) log.warn('The connection for hints was lost');
    }
  })();
  return {
    async close() {
      closing.abort();
      await loop.catch((error: unknown) => log.warn('Listening ended badly', errorFields(error)));
    },
  };
}

interface Line {
  readonly client: InstanceType<typeof pg.Client>;
  readonly ended: Promise<void>;
}

async function listen(url: string, post: Post): Promise<Line> {
  const client = new pg.Client({ ...clientConfig(url), query_timeout: ANSWER_WITHIN_MS });
  const ended = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  client.on('notification', ({ channel, payload }) => {
    const hint = readHint(channel, payload ?? '');
    if (hint) post(hint);
  });
  try {
    await client.connect();
    for (const channel of CHANNELS) await client.query(`listen ${channel}`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return { client, ended };
}

/** Null: not there yet. */
async function again(url: string, post: Post, signal: AbortSignal): Promise<Line | null> {
  await systemClock.sleep(AGAIN_AFTER_MS, signal).catch(() => undefined);
  if (signal.aborted) return null;
  const line = await listen(url, post).catch(() => null);
  // Only now nothing is missed any more.
  if (line) post({ channel: 'hints_lost', payload: {} });
  return line;
}

/** Until the connection is gone, does not answer, or is not wanted any more. */
async function lasts({ client, ended }: Line, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  void ended.then(() => over.abort());
  const until = AbortSignal.any([signal, over.signal]);
  while (!until.aborted) {
    await systemClock.sleep(LOOK_EVERY_MS, until).catch(() => undefined);
    if (until.aborted) return;
    const answered = await client.query('select 1').catch(() => null);
    if (!answered) return;
  }
}

/** Null: not one of ours, anybody may notify on a shared server. */
function readHint(channel: string, text: string): Hint | null {
  const ours = CHANNELS.find((known) => known === channel);
  try {
    const payload: unknown = JSON.parse(text);
    if (!ours || typeof payload !== 'object' || payload === null) return null;
    return { channel: ours, payload: payload as Hint['payload'] };
  } catch {
    return null;
  }
}
