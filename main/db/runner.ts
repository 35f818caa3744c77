import type { PGlite } from '@electric-sql/pglite';
import { DatabaseFault } from './fault.ts';
import { Rollback } from './rollback.ts';
import type { Durability, Operation, Operations, Tx } from './store.ts';

/** `daemon`: the chat daemon's role. `owner`: what keeps providers, workspaces and settings. */
export type DatabaseRole = 'daemon' | 'owner';

export interface OperationSet {
  readonly role: DatabaseRole;
  readonly operations: Operations;
}

/** Of PostgreSQL and of the system. */
const FULL: readonly string[] = ['53100', 'ENOSPC', 'EDQUOT'];
/** Names of a WebAssembly trap and of the engine's own exit. */
const DEAD: readonly string[] = ['RuntimeError', 'ExitStatus'];
const BEGIN: Readonly<Record<DatabaseRole, Readonly<Record<'write' | 'read', string>>>> = {
  daemon: {
    write: 'begin; set local role gaffer_daemon',
    read: 'begin isolation level repeatable read read only; set local role gaffer_daemon',
  },
  owner: { write: 'begin', read: 'begin isolation level repeatable read read only' },
};

/** What one run left: the answer, and whether the log must reach the disk before it is given. */
export interface Ran {
  readonly answer: unknown;
  readonly durability: Durability;
}

/**
 * Runs operations one after another on the one connection. An operation that throws a Rollback answers and
 * leaves nothing; any other throw leaves nothing and goes on to the caller.
 */
export class OperationRunner {
  readonly #db: PGlite;
  readonly #sets: ReadonlyMap<string, { role: DatabaseRole; operation: Operation<never, unknown> }>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(db: PGlite, sets: readonly OperationSet[]) {
    this.#db = db;
    this.#sets = new Map(
      sets.flatMap(({ role, operations }) =>
        Object.entries(operations).map(([name, operation]) => [name, { role, operation }] as const),
      ),
    );
  }

  /** `before` may refuse by throwing; it runs when the connection is free. */
  run(
    name: string,
    args: unknown,
    before: (durability: Durability) => Promise<void> = async () => {},
  ): Promise<Ran> {
    const found = this.#sets.get(name);
    if (!found) return Promise.reject(new Error(`No operation is called ${name}`));
    return this.exclusive(async () => {
      await before(found.operation.durability);
      const answer = await this.#transact(found.role, found.operation, args);
      return { answer, durability: found.operation.durability };
    });
  }

  /** Runs `work` when the connection is free, and keeps it for that long. What it throws comes out as `toFault` tells. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(work).catch((error: unknown) => {
      throw toFault(error);
    });
    this.#tail = next.catch(() => {});
    return next;
  }

  async #transact(
    role: DatabaseRole,
    operation: Operation<never, unknown>,
    args: unknown,
  ): Promise<unknown> {
    let open = true;
    const tx: Tx = {
      query: async <T>(sql: string, params: readonly unknown[] = []) => {
        if (!open) throw new Error('A query after its operation ended');
        const { rows, affectedRows } = await this.#db.query<T>(sql, [...params]);
        return { rows, rowCount: affectedRows || rows.length };
      },
    };
    try {
      await this.#db.exec(BEGIN[role][operation.durability === 'read' ? 'read' : 'write']);
      const answer = await operation.run(tx, args as never);
      open = false;
      await this.#db.exec('commit');
      return answer;
    } catch (error) {
      open = false;
      await this.#rollBack(error);
      if (error instanceof Rollback) return error.answer;
      throw error;
    }
  }

  async #rollBack(cause: unknown): Promise<void> {
    try {
      await this.#db.exec('rollback');
    } catch (error) {
      throw new DatabaseFault('damaged', 'The database engine stopped.', { cause: [cause, error] });
    }
  }
}

/** What a caught error means to whoever asked: a fault where it is one, else the error itself. */
export function toFault(error: unknown): unknown {
  if (error instanceof DatabaseFault) return error;
  if (FULL.includes(errorCode(error) ?? '')) {
    return new DatabaseFault('disk-full', 'The disk is full: nothing was written.', { cause: error });
  }
  // The engine panicked, ran out of memory or ended itself: nothing can be asked of it after that.
  if (DEAD.includes(nameOf(error))) {
    return new DatabaseFault('damaged', 'The database engine stopped.', { cause: error });
  }
  return error;
}

/** What the engine throws at its end need not be an Error. */
function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

/** PostgreSQL's or the system's error code, or null when there is none. */
function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
