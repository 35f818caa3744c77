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

/** The server opened no channel. `forbidden`: its configuration says so; otherwise the other end is not there. */
export class ChannelRefused extends Error {
  override readonly name = 'ChannelRefused';
  readonly forbidden: boolean;
  constructor(message: string, forbidden: boolean) {
    super(message);
    this.forbidden = forbidden;
  }
}

const OUTPUT_LIMIT = 1024 * 1024;
const CLOSE_GRACE_MS = 1_000;
/** RFC 4254 5.1 */
const ADMINISTRATIVELY_PROHIBITED = 1;

/**
 * Wraps an authenticated client. `closed` is settled by the caller, who sees the client's errors; `abandon` cuts the
 * connection where a polite end gets no answer.
 */
export function createSession(client: Client, closed: Promise<LinkFault>, abandon: () => void): Session {
  const failures = new Set<(fault: LinkFault) => void>();
  let ended: LinkFault | null = null;
  void closed.then((fault) => {
    ended = fault;
    for (const fail of failures) fail(fault);
    failures.clear();
  });

  /** A promise that also rejects when the connection ends or `signal` aborts; `undo` then tidies up. */
  const bound = <T>(
    start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
    signal: AbortSignal | null,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (ended) return reject(ended);
      if (signal?.aborted) return reject(signal.reason as Error);
      const settle = () => {
        failures.delete(onFault);
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      const onFault = (fault: LinkFault) => fail(fault);
      const onAbort = () => {
        undo();
        fail(signal?.reason as Error);
      };
      failures.add(onFault);
      signal?.addEventListener('abort', onAbort, { once: true });
      let undo: () => void = () => undefined;
      try {
        undo = start((value) => {
          settle();
          resolve(value);
        }, fail);
      } catch {
        // ssh2 throws when the socket is already unusable: `close` follows at once.
        void closed.then(onFault);
      }
    });

  return {
    closed,
    exec: (command, stdin, signal) =>
      bound<ExecResult>((resolve, reject) => {
        let channel: ClientChannel | null = null;
        client.exec(command, (error, opened) => {
          if (error) return reject(channelError(error, ended));
          channel = opened;
          collect(opened, resolve, reject);
          opened.end(stdin);
        });
        return () => channel?.destroy();
      }, signal),
    putFile: (remotePath, content, signal) =>
      bound<void>((resolve, reject) => {
        let sftp: SFTPWrapper | null = null;
        client.sftp((error, opened) => {
          if (error) return reject(channelError(error, ended));
          sftp = opened;
          opened.on('error', reject);
          writeWhole(opened, remotePath, content)
            .then(resolve, reject)
            .finally(() => opened.end());
        });
        return () => sftp?.end();
      }, signal),
    async openUnixSocket(path) {
      const socket = await bound<TunnelSocket>((resolve, reject) => {
        client.openssh_forwardOutStreamLocal(path, (error, channel) => {
          if (error) reject(channelError(error, ended));
          else resolve(new TunnelSocket(channel));
        });
        return () => undefined;
      }, null);
      const onFault = (fault: LinkFault) => socket.destroy(fault);
      failures.add(onFault);
      socket.on('close', () => failures.delete(onFault));
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

function channelError(error: Error, ended: LinkFault | null): Error {
  if (ended) return ended;
  if (!('reason' in error)) return error;
  return new ChannelRefused(error.message, error.reason === ADMINISTRATIVELY_PROHIBITED);
}
