import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { LinkFault } from './fault.ts';
import { TunnelSocket } from './tunnel.ts';

export interface ExecResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** At most `OUTPUT_LIMIT` bytes each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** One live SSH connection. Whatever waits on it fails with the same LinkFault when the connection ends. */
export interface Session {
  /** Runs through the login shell with `stdin`, reads everything. */
  exec(command: string, stdin: string | Buffer, signal: AbortSignal): Promise<ExecResult>;
  /** Writes a new file through SFTP. */
  putFile(remotePath: string, content: Buffer, signal: AbortSignal): Promise<void>;
  /** A stream to a Unix socket of the host. Throws ChannelRefused when nothing listens or the server forbids it. */
  openUnixSocket(path: string): Promise<Duplex>;
  /** Resolves with the reason when the connection has ended, also after `close`. Never rejects. */
  readonly closed: Promise<LinkFault>;
  /** Ends the connection and waits for it. */
  close(): Promise<void>;
}

/**
 * The server opened no channel: nothing listens there, or its configuration forbids it. OpenSSH gives the same reason
 * for both.
 */
export class ChannelRefused extends Error {
  override readonly name = 'ChannelRefused';
}

const OUTPUT_LIMIT = 1024 * 1024;
const CLOSE_GRACE_MS = 1_000;

/**
 * Wraps an authenticated client. `closed` is settled by the caller, who sees the client's errors; `abandon` cuts the
 * connection where a polite end gets no answer.
 */
export function createSession(client: Client, closed: Promise<LinkFault>, abandon: () => void): Session {
  const waits = new Waits(closed);
  return {
    closed,
    exec: (command, stdin, signal) =>
      waits.add<ExecResult>(signal, (resolve, reject) => {
        let channel: ClientChannel | null = null;
        client.exec(command, (error, opened) => {
          if (error) return reject(channelError(error));
          channel = opened;
          collect(opened, resolve, reject);
          opened.end(stdin);
        });
        return () => channel?.destroy();
      }),
    putFile: (remotePath, content, signal) =>
      waits.add<void>(signal, (resolve, reject) => {
        let sftp: SFTPWrapper | null = null;
        client.sftp((error, opened) => {
          if (error) return reject(channelError(error));
          sftp = opened;
          opened.on('error', reject);
          const written = writeWhole(opened, remotePath, content).finally(() => opened.end());
          written.then(resolve, reject);
        });
        return () => sftp?.end();
      }),
    async openUnixSocket(path) {
      const socket = await waits.add<TunnelSocket>(null, (resolve, reject) => {
        client.openssh_forwardOutStreamLocal(path, (error, channel) => {
          if (error) reject(channelError(error));
          else resolve(new TunnelSocket(channel));
        });
        return () => undefined;
      });
      const forget = waits.onEnd((fault) => socket.destroy(fault));
      socket.on('close', forget);
      return socket;
    },
    async close() {
      client.end();
      const timer = setTimeout(abandon, CLOSE_GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

type Start<T> = (resolve: (value: T) => void, reject: (error: Error) => void) => () => void;

/** Everything that waits for this connection: ssh2 leaves channels silent when it ends, so we end the waits. */
class Waits {
  readonly #closed: Promise<LinkFault>;
  readonly #failures = new Set<(fault: LinkFault) => void>();
  #ended: LinkFault | null = null;

  constructor(closed: Promise<LinkFault>) {
    this.#closed = closed;
    void closed.then((fault) => {
      this.#ended = fault;
      for (const fail of this.#failures) fail(fault);
      this.#failures.clear();
    });
  }

  onEnd(fail: (fault: LinkFault) => void): () => void {
    if (this.#ended) fail(this.#ended);
    else this.#failures.add(fail);
    return () => this.#failures.delete(fail);
  }

  /** `start` answers how to undo it; an abort undoes, an end of the connection has no need to. */
  add<T>(signal: AbortSignal | null, start: Start<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      let undo: () => void = () => undefined;
      const settle = () => {
        forget();
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      // When a connection ends, ssh2 tells each waiter "No response" a moment before `closed` is seen: then that counts.
      const refused = (error: Error) => setImmediate(() => fail(this.#ended ?? error));
      const onAbort = () => {
        undo();
        settle();
        reject(signal?.reason as Error);
      };
      let forget: () => void = () => undefined;
      forget = this.onEnd(fail);
      if (this.#ended) return;
      signal?.addEventListener('abort', onAbort, { once: true });
      const done = (value: T) => {
        settle();
        resolve(value);
      };
      try {
        undo = start(done, refused);
      } catch {
        // ssh2 throws when the socket is already unusable: `close` follows, and fails this wait.
        void this.#closed.then(fail);
      }
    });
  }
}

function collect(
  channel: ClientChannel,
  resolve: (result: ExecResult) => void,
  reject: (error: Error) => void,
): void {
  const stdout = gather(channel);
  const stderr = gather(channel.stderr);
  let exit: { readonly code: number | null } | null = null;
  channel.on('exit', (code: number | null) => {
    exit = { code };
  });
  // ssh2 says `close` only after stdout was consumed; both are, by `gather`. Without an exit before it, it was a cut.
  channel.on('close', () => {
    if (exit) resolve({ ...exit, stdout: stdout(), stderr: stderr() });
    else reject(new LinkFault('closed', 'The connection ended in the middle of a command.'));
  });
  channel.on('error', () => undefined);
}

function gather(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_LIMIT) chunks.push(chunk.subarray(0, OUTPUT_LIMIT - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

/** SFTP `fastPut` needs a local file; this is the same idea from memory: a few writes under way at once. */
async function writeWhole(sftp: SFTPWrapper, path: string, content: Buffer): Promise<void> {
  const chunk = 32 * 1024;
  const handle = await new Promise<Buffer>((resolve, reject) => {
    sftp.open(path, 'wx', { mode: 0o600 }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  let next = 0;
  const lane = async () => {
    while (next < content.length) {
      const at = next;
      next += chunk;
      const length = Math.min(chunk, content.length - at);
      await new Promise<void>((resolve, reject) => {
        sftp.write(handle, content, at, length, at, (error) => (error ? reject(error) : resolve()));
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  await new Promise<void>((resolve, reject) => {
    sftp.close(handle, (error) => (error ? reject(error) : resolve()));
  });
}

function channelError(error: Error): Error {
  return 'reason' in error ? new ChannelRefused(error.message) : error;
}
