import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type AgentAddress, portProof } from '@shared/agent-protocol/index.ts';
import type { Random } from '../base/random.ts';
import type { AgentProgram } from './bootstrap.ts';
import { Bridge } from './bridge.ts';
import { shellQuote } from './quote.ts';
import { ChannelRefused, type Session } from './session.ts';

/** In the order in which they are tried. */
export const wayNames = ['socket', 'port', 'bridge'] as const;

export type WayName = (typeof wayNames)[number];

/** How connections to the agent are made over one SSH connection. */
export interface Way {
  readonly name: WayName;
  /** Throws ChannelRefused, LinkFault when the SSH connection ended, or why the bridge did. */
  connect(): Promise<Duplex>;
  close(): void;
}

/** A channel to the agent's Unix socket. */
export function socketWay(session: Session, { socket }: AgentAddress): Way {
  return { name: 'socket', connect: () => session.openUnixSocket(socket), close() {} };
}

/** A channel to the agent's port: for servers with `AllowStreamLocalForwarding no`. */
export function portWay(session: Session, { port, token }: AgentAddress): Way {
  return {
    name: 'port',
    async connect() {
      if (port === undefined) throw new ChannelRefused('the agent has no port');
      const stream = await session.openPort(port);
      // Others on the host can listen there, too, once the agent is gone: they must not get the token.
      const nonce = randomBytes(32).toString('hex');
      const proof = createHmac('sha256', token).update(portProof(nonce, port)).digest('hex');
      stream.write(`${nonce}\n`);
      const said = await firstBytes(stream, proof.length + 1);
      if (said !== null && timingSafeEqual(said, Buffer.from(`${proof}\n`))) return stream;
      stream.destroy();
      throw new ChannelRefused(`what listens at port ${port} of the host is not our agent`);
    },
    close() {},
  };
}

/** One session for all connections: for servers that forward nothing. */
export async function bridgeWay(
  session: Session,
  { node, file, home }: AgentProgram,
  { random, signal }: { readonly random: Random; readonly signal: AbortSignal },
): Promise<Way> {
  const words = [node, file, 'bridge', '--home', home].map(shellQuote).join(' ');
  const bridge = new Bridge(await session.start(`exec ${words}`, `gaffer-${random.uuid()}`, signal));
  return { name: 'bridge', connect: () => bridge.connect(), close: () => bridge.close() };
}

/** Null: the stream ended before. What comes after them is still there to be read. */
function firstBytes(stream: Duplex, count: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const look = () => {
      const bytes = stream.read(count) as Buffer | null;
      if (bytes === null && !stream.readableEnded && !stream.destroyed) return;
      for (const event of ['readable', 'end', 'close']) stream.off(event, look);
      resolve(bytes?.length === count ? bytes : null);
    };
    for (const event of ['readable', 'end', 'close']) stream.on(event, look);
    look();
  });
}
