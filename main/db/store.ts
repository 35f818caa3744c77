/** A transaction's executor. Inside an operation there is no other way to the database. */
export interface Tx {
  query<T = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<{ readonly rows: readonly T[]; readonly rowCount: number }>;
}

/**
 * `durable`: the answer waits for the grouped sync of the log (a person's action, a committed step).
 * `lazy`: it does not (heartbeats, attempts, ownership). `read`: repeatable read, read only.
 */
export type Durability = 'durable' | 'lazy' | 'read';

/** One named transaction: the unit in which main talks to the database (CHATD decision 8). */
export interface Operation<A, R> {
  readonly durability: Durability;
  run(tx: Tx, args: A): Promise<R>;
}

export function operation<A, R>(
  durability: Durability,
  run: (tx: Tx, args: A) => Promise<R>,
): Operation<A, R> {
  return { durability, run };
}

/** `never`: the map's element type must accept every argument type. */
export type Operations = Readonly<Record<string, Operation<never, unknown>>>;

export type ArgsOf<O> = O extends Operation<infer A, unknown> ? A : never;
export type AnswerOf<O> = O extends Operation<never, infer R> ? R : never;

/**
 * A notification from the database: channel name and parsed JSON payload. A hint, never the truth. `hints_lost` is no
 * channel of the database: others were missed, so whoever waits for one looks again.
 */
export interface Hint {
  readonly channel:
    | 'hints_lost'
    | 'chat_update'
    | 'chat_ownership'
    | 'chat_watch'
    | 'workspace_update'
    | 'settings_update';
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The database as the rest of main sees it: named operations, one round trip each, and hints. */
export interface Store<Ops extends Operations> {
  /**
   * Runs one operation in one transaction as the daemon's role. Arguments and answers are structured-cloned.
   * Rejects with DatabaseFault (disk full, closed, …) or with the operation's own bug.
   */
  call<K extends keyof Ops & string>(name: K, args: ArgsOf<Ops[K]>): Promise<AnswerOf<Ops[K]>>;
  /** Returns the function that stops listening. */
  onHint(listener: (hint: Hint) => void): () => void;
  /** True when no other process can own a chat (PGlite under our lock). */
  readonly exclusive: boolean;
  /** Waits for what is running, makes a checkpoint, closes. */
  close(): Promise<void>;
}
