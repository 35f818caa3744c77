import os from 'node:os';
import path from 'node:path';
import type { Hello } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { limits } from '../base/limits.ts';
import { loginShell } from '../processes/login-env.ts';

interface Told {
  readonly version: string;
  /** It ends so long after the last client, unless something runs. */
  readonly idleMs: number;
  readonly journal: string;
}

/** What a client is told first. */
export function helloOf(
  { version, idleMs, journal }: Told,
  { hostname, root }: Pick<Home, 'hostname' | 'root'>,
): Hello {
  return {
    version,
    protocol: 1,
    platform: process.platform,
    arch: process.arch,
    hostname,
    home: os.homedir(),
    root: path.resolve(root),
    journal,
    shell: loginShell(),
    node: process.version,
    pid: process.pid,
    features: ['files', 'processes', 'search', 'terminals', 'events', 'git', 'askpass'],
    limits: { ...limits, idleMs },
  };
}
