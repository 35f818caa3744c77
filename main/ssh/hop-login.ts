import { candidates } from './auth/candidates.ts';
import type { LockedKey } from './auth/key-file.ts';
import type { Keyring, OpenKey } from './auth/keyring.ts';
import { Login, type LoginAsked } from './auth/login.ts';
import type { Person } from './config/person.ts';
import { shortPath } from './config/tokens.ts';
import { LinkFault } from './fault.ts';
import type { Hop } from './route.ts';

export interface HopLoginDeps {
  readonly hop: Hop;
  readonly person: Person;
  readonly keyring: Keyring;
  /** Null: the person declined. Rejects when the connection ends first. */
  readonly ask: (asked: LoginAsked) => Promise<readonly string[] | null>;
  /** For what may take somebody's time. Rejects when the connection ends first. */
  readonly waiting: <T>(what: string, wait: () => Promise<T>) => Promise<T>;
  readonly onFault: (error: unknown) => void;
}

/** Signing in to one machine with the keys that its configuration names. `signal`: the connection's end. */
export function hopLogin(deps: HopLoginDeps, signal: AbortSignal): Login {
  const { hop, person, keyring, ask, waiting, onFault } = deps;
  const { options, name } = hop;
  const problems: string[] = [];
  const unlock = (key: LockedKey) => unlockWith(key, deps, signal);
  const keys = candidates(
    {
      options: options.keys,
      shortPath: (file) => shortPath(file, person.home),
      onProblem: (sentence) => problems.push(sentence),
      keyring,
      unlock,
      waiting,
    },
    signal,
  );
  return new Login({ options, hop: name, keys, problems, ask, onFault });
}

/** Null: wrong too often. */
async function unlockWith(
  key: LockedKey,
  deps: HopLoginDeps,
  signal: AbortSignal,
): Promise<OpenKey | null> {
  const { hop, person, keyring, ask, waiting } = deps;
  const file = shortPath(key.file, person.home);
  const label = `Passphrase for ${file}`;
  const prompts = [{ label, echo: false, secret: `ssh:passphrase:${key.file}` }];
  const askOnce = async (attempt: number) => {
    const values = await ask({ method: 'passphrase', instructions: '', prompts, attempt });
    return values?.[0] ?? null;
  };
  const opened = await waiting(`the passphrase of ${file}`, () =>
    keyring.open(key, askOnce, hop.options.prompts, signal),
  );
  if (opened === 'wrong') return null;
  if (opened !== 'declined') return opened;
  throw new LinkFault(
    'auth',
    `The key ${file} stays locked: no passphrase was given for it.`,
    null,
    `Connect again and give the passphrase, or add the key to an ssh-agent with "ssh-add ${file}".`,
  );
}
