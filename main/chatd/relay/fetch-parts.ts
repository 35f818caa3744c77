import http from 'node:http';
import https from 'node:https';
import type { Episode, LiveFrame } from '@shared/model/stream.ts';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Replica } from '../../db/replicas.ts';
import type { PartsAt } from '../stream/parts-source.ts';
import { BEAT_MS } from './serve-parts.ts';

/** Until the replica answers, and then between two lines. */
const DIAL_WITHIN_MS = 10_000;
const SILENT_WITHIN_MS = 3 * BEAT_MS;
/** An episode holds 1 MiB of text; in JSON that can be more. */
const LINE_CHARS = 8 * 1024 * 1024;

/** The connection cannot be used any longer; another one can. */
export class RelayBroken extends Error {
  override readonly name = 'RelayBroken';
}

export interface FetchOptions {
  readonly replica: Replica;
  readonly at: PartsAt;
  /** The first frame that is missing. */
  readonly fromSeq: number;
  readonly clock: Clock;
}

/**
 * One connection to the replica that makes the parts: frames from `fromSeq` on, in order, each once. Ends by throwing
 * RelayBroken, or with the signal's reason; a dial that is answered after the abort is dropped.
 */
export async function* fetchParts(options: FetchOptions, signal: AbortSignal): AsyncGenerator<LiveFrame> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const heard = { at: options.clock.now(), withinMs: DIAL_WITHIN_MS };
  const onData = () => {
    heard.at = options.clock.now();
    heard.withinMs = SILENT_WITHIN_MS;
  };
  void noticeSilence(options.clock, heard, over, until);
  try {
    const response = await dial(options, until);
    let next = options.fromSeq;
    for await (const line of linesOf(response, onData)) {
      until.throwIfAborted();
      const frame = readFrame(line, options.at.episode);
      if (frame.seq < next) continue;
      if (frame.seq > next) throw new RelayBroken(`frame ${next} is missing`);
      next += 1;
      yield frame;
    }
    throw new RelayBroken('the replica ended the connection');
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RelayBroken ? error : new RelayBroken('the connection broke', { cause: error });
  } finally {
    over.abort(new RelayBroken('left'));
  }
}

function dial({ replica, at, fromSeq }: FetchOptions, signal: AbortSignal): Promise<http.IncomingMessage> {
  const { history_version, generation_attempt } = at.episode;
  const path = `/parts/${at.chatId}/${history_version}/${generation_attempt}?from=${fromSeq}`;
  const url = new URL(`${replica.url.replace(/\/$/, '')}${path}`);
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${replica.token}` };
    const asked = request(url, { headers, signal, agent: false }, (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.destroy();
      reject(new RelayBroken(`the replica answers ${response.statusCode ?? 'nothing'}`));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function* linesOf(response: http.IncomingMessage, onData: () => void): AsyncGenerator<string> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response as AsyncIterable<string>) {
    onData();
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARS) throw new RelayBroken('a line without an end');
    // An empty line only says that the replica is there.
    yield* lines.filter((line) => line !== '');
  }
}

const frameShape = z.looseObject({
  history_version: z.number(),
  generation_attempt: z.number(),
  seq: z.number().int().positive(),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  part: z.looseObject({ type: z.string() }),
});

function readFrame(line: string, episode: Episode): LiveFrame {
  const { data } = frameShape.safeParse(parse(line));
  const isOurs =
    data?.history_version === episode.history_version &&
    data.generation_attempt === episode.generation_attempt;
  if (!isOurs) throw new RelayBroken('a line that is no frame of the episode');
  return data as unknown as LiveFrame;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Aborts `over` when nothing was heard for too long. */
async function noticeSilence(
  clock: Clock,
  heard: { readonly at: number; readonly withinMs: number },
  over: AbortController,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const leftMs = heard.at + heard.withinMs - clock.now();
    if (leftMs <= 0) return over.abort(new RelayBroken('the replica is silent'));
    await clock.sleep(leftMs, until).catch(() => undefined);
  }
}
