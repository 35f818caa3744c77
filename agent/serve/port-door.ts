import { createHmac } from 'node:crypto';
import type http from 'node:http';
import type net from 'node:net';
import { portProof } from '@shared/agent-protocol/index.ts';

const GREETING = /^[0-9a-f]{64}\n$/;
const GREETING_BYTES = 65;
const GREETING_MS = 10_000;

/**
 * Lets `server` listen on a port of the loopback, for hosts whose SSH server forwards no Unix sockets. A connection is
 * the server's own only after we have proved who we are, before the other side says what a stranger must not hear.
 */
export class PortDoor {
  private readonly token: string;
  private readonly server: http.Server;
  private readonly greeting = new Set<net.Socket>();
  private opening: Promise<number> | null = null;

  constructor(token: string, server: http.Server) {
    this.token = token;
    this.server = server;
    const own = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: net.Socket) => {
      this.greet(socket, () => {
        for (const listener of own) listener.call(server, socket);
      });
    });
  }

  /** The port; the same one however often it is asked for. */
  open(): Promise<number> {
    this.opening ??= this.listen().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  /** No longer waits for those who have not said anything yet. */
  dropGreeting(): void {
    for (const socket of this.greeting) socket.destroy();
  }

  private listen(): Promise<number> {
    const { server } = this;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.off('error', reject);
        resolve(portOf(server));
      });
    });
  }

  private greet(socket: net.Socket, welcome: () => void): void {
    let said = '';
    this.greeting.add(socket);
    socket.setTimeout(GREETING_MS);
    const leave = () => this.greeting.delete(socket);
    const end = () => socket.destroy();
    const onData = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (said.length < GREETING_BYTES) return;
      // Nothing may come before the proof was read.
      if (!GREETING.test(said)) return end();
      socket.off('data', onData).off('timeout', end).off('error', end).off('close', leave);
      leave();
      socket.setTimeout(0);
      socket.write(`${this.prove(said.trim())}\n`);
      welcome();
    };
    socket.on('data', onData).on('timeout', end).on('error', end).on('close', leave);
  }

  private prove(nonce: string): string {
    const proof = createHmac('sha256', this.token).update(portProof(nonce, portOf(this.server)));
    return proof.digest('hex');
  }
}

function portOf(server: http.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
