import { existsSync, rmSync } from 'node:fs';
import type http from 'node:http';
import type { AgentAddress, ListenResponse } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { putFile } from '../base/small-file.ts';
import { addressFile } from './address-file.ts';
import { PortDoor } from './port-door.ts';
import type { Door } from './server.ts';

const LAST_REPLIES_MS = 2_000;

/** Where the agent listens, and the file that says so: its socket, and a port once that was asked for. */
export class Entrance {
  private readonly door: Door;
  private readonly home: Home;
  private readonly portServer: http.Server;
  private readonly portDoor: PortDoor;
  private server: http.Server | null = null;
  private address: AgentAddress;

  constructor(door: Door, home: Home, address: AgentAddress) {
    this.door = door;
    this.home = home;
    this.address = address;
    this.portServer = door.makeServer();
    this.portDoor = new PortDoor(address.token, this.portServer);
  }

  isThere(): boolean {
    return existsSync(this.address.socket);
  }

  /** Makes the socket, also when it has vanished. The lock is ours: whatever stands there is a dead agent's. */
  async open(): Promise<void> {
    // Closing removes the path, so it comes first; requests that are open go on.
    this.server?.close();
    rmSync(this.address.socket, { force: true });
    const server = this.door.makeServer();
    this.server = server;
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.address.socket, resolve);
      });
    } finally {
      process.umask(umask);
    }
    this.putAddress();
  }

  async openPort(): Promise<ListenResponse> {
    const port = await this.portDoor.open();
    this.address = { ...this.address, port };
    this.putAddress();
    return { port };
  }

  /** The last replies go out. */
  async close(): Promise<void> {
    this.portDoor.dropGreeting();
    await Promise.all([this.server, this.portServer].map((server) => closed(server)));
  }

  private putAddress(): void {
    putFile(addressFile(this.home, this.address.version), this.address);
  }
}

function closed(server: http.Server | null): Promise<void> {
  return new Promise((resolve) => {
    if (!server?.listening) return resolve();
    const timer = setTimeout(() => server.closeAllConnections(), LAST_REPLIES_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
