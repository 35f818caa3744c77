import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { systemClock } from '../base/clock.ts';
import { AGAIN, LinkFault } from './fault.ts';
import { writeWhole } from './sftp-write.ts';
import { startScript } from './start-script.ts';
import { TunnelSocket } from './tunnel.ts';
import { type Start, Waits } from './waits.ts';

export interface ExecResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** At most `OUTPUT_LIMIT` bytes each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A command on the host whose standard input and output are the caller's. */
export interface RemoteCommand {
  /** Ends without an error when the command does, also when it failed: `ended` tells. */
  readonly stream: Duplex;
  /** Never rejects. `code` null: a signal, or the connection ended it. */
  readonly ended: Promise<Omit<ExecResult, 'stdout'>>;
}

export interface PutOptions {
  readonly signal: AbortSignal;
  /** Hears how much each piece had that was written. */
  readonly onProgress: (piece: number) => void;
}

/** One live SSH connection. Whatever waits on it fails with the same LinkFault when the connection ends. */
export interface Session {
  /** Runs through the login shell with `stdin`, reads everything. Throws ChannelRefused. */
  exec(command: string, stdin: string | Buffer, signal: AbortSignal): Promise<ExecResult>;
  /**
   * Runs one line of POSIX sh, which no login shell parses, and answers once it runs; what a login printed before
   * that is dropped. `marker` is a word that nothing else prints. Throws ChannelRefused.
   */
  start(script: string, marker: string, signal: AbortSignal): Promise<RemoteCommand>;
  /** Writes a new file through SFTP; none is left when that fails. */
  putFile(remotePath: string, content: Buffer, options: PutOptions): Promise<void>;
  /** A stream to a Unix socket of the host. Throws ChannelRefused when nothing listens or the server forbids it. */
  openUnixSocket(path: string): Promise<Duplex>;
  /** The same to a port of the host's loopback. */
  openPort(port: number): Promise<Duplex>;
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
  /** It may be that the server has as many channels as it allows. */
  readonly maybeFull: boolean;
  constructor(message: string, maybeFull = false) {
    super(message);
    this.maybeFull = maybeFull;
  }
}

const OUTPUT_LIMIT = 1024 * 1024;
const CLOSE_GRACE_MS = 1_000;
const LOOPBACK = '127.0.0.1';

type Opened = (error: Error | undefined, channel: ClientChannel) => void;

/**
 * Wraps an authenticated client. `closed` is settled by the caller, who sees the client's errors; `abandon` cuts the
 * connection where a polite end gets no answer.
 */
export function createSession(client: Client, closed: Promise<LinkFault>, abandon: () => void): Session {
  const waits = new Waits(closed);
  const tunnel = async (open: (opened: Opened) => unknown): Promise<TunnelSocket> => {
    const socket = await waits.add<TunnelSocket>(null, (resolve, reject) => {
      open((error, channel) => (error ? reject(channelError(error)) : resolve(new TunnelSocket(channel))));
      return () => undefined;
    });
    // Whoever uses it hears of an error; one that comes before is told by `close`, too.
    socket.on('error', () => undefined);
    const forget = waits.onEnd((fault) => socket.destroy(fault));
    socket.on('close', forget);
    return socket;
  };
  return {
    closed,
    exec: (command, stdin, signal) =>
      whenFree(signal, () => waits.add(signal, execOn(client, command, stdin))),
    async start(script, marker, signal) {
      let ended: RemoteCommand['ended'] | null = null;
      const stream = await whenFree(signal, () =>
        tunnel((opened) =>
          client.exec('exec /bin/sh', (error, channel) => {
            if (!error) ended = endOf(channel);
            opened(error, channel);
          }),
        ),
      );
      // A channel of a connection that was cut says nothing any more.
      const cut = closed.then(() => ({ code: null, stderr: '' }));
      const command = { stream, ended: Promise.race([ended ?? cut, cut]) };
      await startScript(command, { script, marker }, signal);
      return command;
    },
    putFile: (remotePath, content, { signal, onProgress }) =>
      whenFree(signal, () => waits.add(signal, putOn(client, { remotePath, content, onProgress }))),
    openUnixSocket: (path) => tunnel((opened) => client.openssh_forwardOutStreamLocal(path, opened)),
    openPort: (port) => tunnel((opened) => client.forwardOut(LOOPBACK, 0, LOOPBACK, port, opened)),
    async close() {
      client.end();
      const timer = setTimeout(abandon, CLOSE_GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

function execOn(client: Client, command: string, stdin: string | Buffer): Start<ExecResult> {
  return (resolve, reject) => {
    let channel: ClientChannel | null = null;
    client.exec(command, (error, opened) => {
      if (error) return reject(channelError(error));
      channel = opened;
      collect(opened, resolve, reject);
      opened.end(stdin);
    });
    return () => channel?.destroy();
  };
}

interface Put {
  readonly remotePath: string;
  readonly content: Buffer;
  readonly onProgress: PutOptions['onProgress'];
}

/** Ends with the channel, so that its session is free again. */
function putOn(client: Client, { remotePath, content, onProgress }: Put): Start<void> {
  return (resolve, reject) => {
    let sftp: SFTPWrapper | null = null;
    client.sftp((error, opened) => {
      if (error) return reject(channelError(error));
      sftp = opened;
      opened.on('error', reject);
      const closed = new Promise<void>((done) => opened.on('close', done));
      const write = async () => {
        try {
          await writeWhole(opened, remotePath, content, onProgress);
        } finally {
          opened.end();
          await closed;
        }
      };
      write().then(resolve, reject);
    });
    return () => sftp?.end();
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
    else reject(new LinkFault('closed', 'The connection ended in the middle of a command.', null, AGAIN));
  });
  channel.on('error', () => undefined);
}

function endOf(channel: ClientChannel): RemoteCommand['ended'] {
  const stderr = gather(channel.stderr);
  return new Promise((resolve) => {
    let code: number | null = null;
    channel.on('exit', (given: number | null) => {
      code = given;
    });
    channel.on('close', () => resolve({ code, stderr: stderr() }));
  });
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

/**
 * What ssh2 says here is the server's no; an end of the connection is seen by `Waits`. A reason comes with a channel
 * that was not opened, none with a request that it refused.
 */
function channelError(error: Error): ChannelRefused {
  return new ChannelRefused(error.message, 'reason' in error);
}

const AGAIN_MS: readonly number[] = [50, 200, 500];

/** A server that allows one session or two may not have noticed yet that the last one is over. */
async function whenFree<T>(signal: AbortSignal, open: () => Promise<T>): Promise<T> {
  for (const waitMs of AGAIN_MS) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof ChannelRefused && error.maybeFull)) throw error;
      await systemClock.sleep(waitMs, signal);
    }
  }
  return open();
}
