import { createHmac } from 'node:crypto';
import type http from 'node:http';
import net from 'node:net';
import { portProof } from '@shared/agent-protocol/index.ts';

const GREETING = /^[0-9a-f]{64}\n$/;
const GREETING_BYTES = 65;
const GREETING_MS = 10_000;

/** A port of the loopback that leads to `server`, for hosts whose SSH server forwards no Unix sockets. */
export class PortDoor {
  private readonly token: string;
  private readonly server: http.Server;
  private readonly listener: net.Server;
  private opening: Promise<number> | null = null;

  constructor(token: string, server: http.Server) {
    this.token = token;
    this.server = server;
    this.listener = net.createServer((socket) => this.greet(socket));
  }

  /** The port; the same one however often it is asked for. */
  open(): Promise<number> {
    this.opening ??= this.listen().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  /** Resolves when the last connection has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.listener.close(() => resolve());
    });
  }

  private listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(0, '127.0.0.1', () => {
        this.listener.off('error', reject);
        resolve(portOf(this.listener));
      });
    });
  }

  /** Proves who we are before the other side says anything that a stranger must not hear. */
  private greet(socket: net.Socket): void {
    let said = '';
    socket.setTimeout(GREETING_MS, () => socket.destroy());
    socket.on('error', () => {});
    const onData = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (said.length < GREETING_BYTES) return;
      socket.off('data', onData);
      socket.pause();
      // Nothing may come before the proof was read.
      if (!GREETING.test(said)) return socket.destroy();
      const proof = createHmac('sha256', this.token).update(portProof(said.trim(), portOf(this.listener)));
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.write(`${proof.digest('hex')}\n`);
      this.server.emit('connection', socket);
    };
    socket.on('data', onData);
  }
}

function portOf(listener: net.Server): number {
  const address = listener.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
