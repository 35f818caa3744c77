import { statSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../base/home.ts';

type Env = Readonly<Record<string, string>>;

/** Where an ssh-agent is found that the person's computer lends: a link to the socket of the present connection. */
const LINK = 'ssh-agent';

/**
 * The environment with the lent ssh-agent, as after a login with it; without one whose socket is gone, as that of the
 * connection is over which we were started.
 */
export function withLentAgent(env: Env, home: Home): Env {
  const link = path.join(home.run, LINK);
  if (isSocket(link)) return { ...env, SSH_AUTH_SOCK: link };
  const { SSH_AUTH_SOCK: own, ...rest } = env;
  return own === undefined || isSocket(own) ? env : rest;
}

function isSocket(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isSocket() ?? false;
}
