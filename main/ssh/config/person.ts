import os from 'node:os';

/** Who connects, and from where: what a configuration may speak of. */
export interface Person {
  /** What `~` is; keys, known hosts and the configuration lie in its `.ssh`. */
  readonly home: string;
  readonly user: string;
  readonly uid: number;
  /** The name of this computer. */
  readonly machine: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function personHere(home: string, env: Person['env']): Person {
  const { username, uid } = os.userInfo();
  return { home, user: username, uid, machine: os.hostname(), env };
}
