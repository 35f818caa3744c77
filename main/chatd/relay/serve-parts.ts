import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asId, type ChatId } from '@shared/model/ids.ts';
import type { Episode } from '@shared/model/stream.ts';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { PartBuffer } from '../stream/part-buffer.ts';

/** An empty line this often: a link that died without a word is noticed by the reader. */
export const BEAT_MS = 5_000;
/** Bytes that a slow reader may leave unread; it is cut off and comes again from where it is. */
const UNREAD_BYTES = 4 * 1024 * 1024;
const CONNECTIONS = 2_000;

export interface PartsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ServeDeps {
  /** Only what is made here: a request never leads to another replica. */
  readonly buffer: PartBuffer;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Wanted {
  readonly chatId: ChatId;
  readonly episode: Episode;
  /** The reader has all frames before this one. */
  readonly fromSeq: number;
}

/**
 * Gives other replicas the parts that are made here:
 * `GET /parts/<chat>/<history version>/<attempt>?from=<seq>` with `Authorization: Bearer <token>` answers with one
 * frame a line (NDJSON), first those that are there, then each as it comes, until the reader leaves. 401 and 404
 * have no body.
 */
export async function serveParts(deps: ServeDeps, host: string, port: number): Promise<PartsServer> {
  const closing = new AbortController();
  const expected = digest(`Bearer ${deps.token}`);
  const server = createServer((request, response) => {
    const wanted = readWanted(request);
    const isKnown = timingSafeEqual(digest(request.headers.authorization ?? ''), expected);
    if (!isKnown || !wanted) {
      response.writeHead(isKnown ? 404 : 401).end();
      return;
    }
    void send(deps, wanted, response, closing.signal);
  });
  server.maxConnections = CONNECTIONS;
  const address = await listen(server, host, port);
  return {
    port: address.port,
    close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Equal lengths, so that the comparison tells nothing. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

const count = z.coerce.number().int().nonnegative();
const request = z.tuple([z.uuid(), count, count, count.min(1)]);

function readWanted({ method, url }: IncomingMessage): Wanted | null {
  if (method !== 'GET' || !URL.canParse(url ?? '', 'http://replica')) return null;
  const { pathname, searchParams } = new URL(url ?? '', 'http://replica');
  const [, kind, ...ids] = pathname.split('/');
  const { data } = request.safeParse([...ids, searchParams.get('from') ?? '1']);
  if (kind !== 'parts' || !data) return null;
  const [chatId, history_version, generation_attempt, fromSeq] = data;
  return { chatId: asId<ChatId>(chatId), episode: { history_version, generation_attempt }, fromSeq };
}

async function send(
  { buffer, clock, log }: ServeDeps,
  { chatId, episode, fromSeq }: Wanted,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Whatever breaks the connection closes it, too.
  response.on('error', () => undefined);
  const until = AbortSignal.any([closing, gone.signal]);
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const write = (line: string) => {
    if (response.destroyed) return;
    response.write(line);
    if (response.writableLength <= UNREAD_BYTES) return;
    log.warn('A replica reads parts too slowly and was cut off', { chatId });
    response.destroy();
  };
  response.cork();
  const stop = buffer.watch(chatId, episode, (frame) => {
    if (frame.seq >= fromSeq) write(`${JSON.stringify(frame)}\n`);
  });
  response.uncork();
  while (!until.aborted) {
    await clock.sleep(BEAT_MS, until).catch(() => undefined);
    if (!until.aborted) write('\n');
  }
  stop();
  response.end();
}
