import { createBroadcast } from '../base/broadcast.ts';

/** Where answers are kept: by the operating system's key store, or in memory where there is none. */
export interface AnswerStore {
  get(name: string): Promise<string | null>;
  set(name: string, secret: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Of every entry. Asks no key store. */
  names(): readonly string[];
  /** What is kept outlives this run. */
  readonly persist: boolean;
}

/** What was typed at the prompts of hosts, by the name of the secret and the host for which it was typed. */
export interface Remembered {
  /** One that is kept, for whichever host: a passphrase opens the same key everywhere. */
  find(secret: string): Promise<string | null>;
  keep(host: string, secret: string, value: string): Promise<void>;
  /** It was refused: for all hosts. */
  forget(secret: string): Promise<void>;
  forgetHost(host: string): Promise<void>;
  /** Something that was typed for this host is kept. */
  has(host: string): boolean;
  /** Every secret that was typed or used in this run: to be masked in what tools print. */
  known(): readonly string[];
  /** Adds to `known`. */
  learn(value: string): void;
  /** Something was kept or forgotten. */
  watch(signal: AbortSignal): AsyncIterable<null>;
  readonly persist: boolean;
}

interface Entry {
  readonly name: string;
  readonly secret: string;
  readonly host: string;
}

/** A host's name has no line break, so the last one parts the two. */
const nameOf = (secret: string, host: string) => `${secret}\n${host}`;

export function createRemembered(store: AnswerStore): Remembered {
  const known = new Set<string>();
  const changes = createBroadcast<null>();
  /** Read once: nobody else writes entries of ours. */
  let read: readonly Entry[] | null = null;
  const entries = (): readonly Entry[] => {
    read ??= store.names().flatMap(entryOf);
    return read;
  };
  const changed = () => {
    read = null;
    changes.send(null);
  };
  /** One after another: what is refused while it is still being written must go, too. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const removeWhere = (gone: (entry: Entry) => boolean) =>
    inTurn(async () => {
      for (const { name } of entries().filter(gone)) await store.remove(name);
      changed();
    });
  return {
    find: (secret) =>
      inTurn(async () => {
        for (const entry of entries().filter((one) => one.secret === secret)) {
          const value = await store.get(entry.name);
          if (value === null) continue;
          known.add(value);
          return value;
        }
        return null;
      }),
    keep: (host, secret, value) =>
      inTurn(async () => {
        await store.set(nameOf(secret, host), value);
        changed();
      }),
    forget: (secret) => removeWhere((entry) => entry.secret === secret),
    forgetHost: (host) => removeWhere((entry) => entry.host === host),
    has: (host) => entries().some((entry) => entry.host === host),
    known: () => [...known],
    learn: (value) => void known.add(value),
    watch: (signal) => changes.watch(signal),
    get persist() {
      return store.persist;
    },
  };
}

function entryOf(name: string): readonly Entry[] {
  const at = name.lastIndexOf('\n');
  if (!name.startsWith('ssh:') || at < 0) return [];
  return [{ name, secret: name.slice(0, at), host: name.slice(at + 1) }];
}
