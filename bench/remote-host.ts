import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../e2e/fixtures/app.ts';
import { systemClock } from '../torture/harness/daemon.ts';

const out = path.join(root, 'out');

/** As much of main's `RemoteHost` as a bench needs; nothing connects before the first call. */
export interface BuiltHost {
  readonly client: {
    readLines(query: { readonly path: string }, call: { readonly signal: AbortSignal }): Promise<Lines>;
  };
  close(): Promise<void>;
}

interface Lines {
  readonly success: boolean;
  readonly lines_read: number;
  readonly content: string;
}

interface BuiltModule {
  createHosts(deps: object): {
    host(config: object): Pick<BuiltHost, 'client'>;
    close(): Promise<void>;
  };
}

export interface HostPlace {
  /** As a person types it. */
  readonly target: string;
  readonly identityFile: string;
  /** Of the person here: known hosts and configuration lie in its `.ssh`. */
  readonly home: string;
}

/** A host as the built daemon reaches it, with nothing else of the daemon around. The only place that knows how. */
export async function builtHost({ target, identityFile, home }: HostPlace): Promise<BuiltHost> {
  const { createHosts } = (await import(
    pathToFileURL(path.join(out, 'main/daemon.js')).href
  )) as BuiltModule;
  const { username: user, uid } = os.userInfo();
  const hosts = createHosts({
    agentFile: path.join(out, 'agent/agent.cjs'),
    person: { home, user, uid, machine: os.hostname(), env: { PATH: process.env['PATH'] } },
    questions: { hostKey: async () => false, signIn: async () => null },
    clock: systemClock,
    random: { uuid: () => randomUUID(), fraction: () => Math.random() },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const { client } = hosts.host({ target, identityFile });
  return { client, close: () => hosts.close() };
}
