import net from 'node:net';

/** What goes over one connection, and what is done then. */
export interface Wire {
  readonly pieces: readonly Buffer[];
  /**
   * `half`: nothing more is said, and what comes is read. `leave`: gone without reading. `glance`: gone once something
   * has come.
   */
  readonly after: 'wait' | 'half' | 'leave' | 'glance';
  /** Its answer names the length of a body that does not come. */
  readonly isHead?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

export interface Exchanged {
  readonly answers: readonly HttpAnswer[];
  /** Bytes that are no whole answer. */
  readonly rest: Buffer;
  readonly ms: number;
  /** Neither an end nor an answer came in time. */
  readonly hung: boolean;
}

/** Noisy machines get their time: what hangs, hangs for ever. */
export const HANG_MS = 60_000;

export function exchange(socketPath: string, wire: Wire): Promise<Exchanged> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const client = net.connect({ path: socketPath, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      client.destroy();
    }, HANG_MS);
    client.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (wire.after === 'glance') client.destroy();
    });
    client.on('error', () => {});
    client.once('end', () => client.destroy());
    client.once('close', () => {
      clearTimeout(timer);
      resolve({
        ...parseAnswers(Buffer.concat(chunks), wire.isHead ?? false),
        ms: performance.now() - startedAt,
        hung,
      });
    });
    client.once('connect', () => void send(client, wire));
  });
}

async function send(client: net.Socket, { pieces, after }: Wire): Promise<void> {
  for (const piece of pieces) {
    if (client.destroyed) return;
    // Each in a packet of its own: what is cut in the middle arrives so.
    await new Promise((resolve) => client.write(piece, resolve));
  }
  if (after === 'leave') client.destroy();
  else if (after === 'half') client.end();
}

function parseAnswers(bytes: Buffer, isHead: boolean): { answers: readonly HttpAnswer[]; rest: Buffer } {
  const answers: HttpAnswer[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return { answers, rest: bytes.subarray(at) };
    const head = bytes.subarray(at, headEnd).toString('latin1');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const isInterim = status >= 100 && status < 200;
    const end = headEnd + 4 + (isInterim || isHead ? 0 : length);
    if (status === 0 || end > bytes.length) return { answers, rest: bytes.subarray(at) };
    const type = /^content-type: (.+)$/im.exec(head)?.[1] ?? '';
    if (!isInterim) answers.push({ status, type, body: bytes.subarray(headEnd + 4, end) });
    at = end;
  }
}
