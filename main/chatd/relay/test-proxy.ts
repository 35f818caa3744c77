import { once } from 'node:events';
import net from 'node:net';

/** Between two replicas: passes bytes on until a test tells it to fail. */
export interface FaultProxy {
  readonly url: string;
  /** Connections that were ever asked for. */
  readonly asked: number;
  /** Connections that are open now. */
  readonly open: number;
  /** `stall`: takes connections and bytes, and passes nothing on; `refuse`: ends each connection at once. */
  mode(mode: 'pass' | 'stall' | 'refuse'): void;
  /** Ends what is open, as a cut line would. */
  drop(): void;
  close(): Promise<void>;
}

export async function startProxy(targetPort: () => number): Promise<FaultProxy> {
  const pairs = new Map<net.Socket, net.Socket | null>();
  let mode: 'pass' | 'stall' | 'refuse' = 'pass';
  let asked = 0;
  const forget = (socket: net.Socket) => {
    pairs.get(socket)?.destroy();
    pairs.delete(socket);
    socket.destroy();
  };
  const join = (socket: net.Socket) => {
    const target = net.connect(targetPort(), '127.0.0.1');
    pairs.set(socket, target);
    target.on('error', () => forget(socket));
    target.on('close', () => forget(socket));
    socket.on('data', (chunk) => target.write(chunk));
    target.on('data', (chunk) => socket.write(chunk));
    socket.resume();
  };
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    asked += 1;
    socket.on('error', () => forget(socket));
    socket.on('close', () => forget(socket));
    if (mode === 'refuse') return void socket.destroy();
    pairs.set(socket, null);
    if (mode === 'pass') join(socket);
    // Read, so that the other end's leaving is seen; what a stalled line has taken is not passed on later.
    else socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as net.AddressInfo;
  const drop = () => {
    for (const socket of pairs.keys()) forget(socket);
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    get asked() {
      return asked;
    },
    get open() {
      return pairs.size;
    },
    mode(next) {
      mode = next;
    },
    drop,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      drop();
      await closed;
    },
  };
}
