import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { getFile } from '../base/small-file.ts';

/** 0600, beside the socket: where the agent of this version listens and the token that it asks for. */
export function addressFile(home: Home, version: string): string {
  return path.join(home.run, `${version}.json`);
}

export function getAddress(home: Home, version: string): AgentAddress | null {
  const value = getFile(addressFile(home, version)) as Partial<AgentAddress> | null;
  if (typeof value?.socket !== 'string' || typeof value.token !== 'string' || typeof value.pid !== 'number')
    return null;
  const port = typeof value.port === 'number' ? { port: value.port } : {};
  // An agent of an older version tells none.
  const journal = typeof value.journal === 'string' ? value.journal : '';
  return { socket: value.socket, token: value.token, pid: value.pid, version, journal, ...port };
}

/** The tokens of all agents of this home and host, whatever their version. */
export function knownTokens(home: Home): readonly string[] {
  return knownAddresses(home).map(({ token }) => token);
}

/** Of another agent of this home and host; whether it lives is found out there. */
export function addressOfOther(home: Home, pid: number): AgentAddress | null {
  if (pid === process.pid) return null;
  return knownAddresses(home).find((address) => address.pid === pid) ?? null;
}

function knownAddresses(home: Home): readonly AgentAddress[] {
  return readdirSync(home.run)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => getAddress(home, name.slice(0, -'.json'.length)) ?? []);
}
