import { rmSync } from 'node:fs';
import type http from 'node:http';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { putFile } from '../base/small-file.ts';
import { addressFile } from './address-file.ts';

const LAST_REPLIES_MS = 2_000;

/** At the address's socket, whose token and place are then written down. The lock is the caller's. */
export async function listen(server: http.Server, home: Home, address: AgentAddress): Promise<void> {
  // Whatever stands there is a dead agent's.
  rmSync(address.socket, { force: true });
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.socket, resolve);
    });
  } finally {
    process.umask(umask);
  }
  putFile(addressFile(home, address.version), address);
}

export function stopListening(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), LAST_REPLIES_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
