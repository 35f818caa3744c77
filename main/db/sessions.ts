import type { PGlite } from '@electric-sql/pglite';
import { EngineStatements } from './engine-statements.ts';
import { errorCode } from './error-code.ts';
import { DatabaseFault } from './fault.ts';

/** A session of the database, lent for the length of one transaction. */
export interface Session {
  query<T>(
    sql: string,
    params: readonly unknown[],
  ): Promise<{ readonly rows: readonly T[]; readonly rowCount: number }>;
  /** Statements without parameters, several in one text. */
  exec(sql: string): Promise<void>;
  /** Undoes what `cause` interrupted. Throws when the session is of no more use to anybody. */
  rollBack(cause: unknown): Promise<void>;
}

/** Where operations get their sessions: the one of PGlite in turn, or one of many of a server. */
export interface Sessions {
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Added to the begin of what need not be on the disk when it is answered. */
  readonly lazily: string;
  /** Others' transactions got in the way: the same operation, begun again, can succeed. */
  mayRepeat(error: unknown): boolean;
  /** What a caught error means to whoever asked: a fault where it is one, else the error itself. */
  toFault(error: unknown): unknown;
}

/** Of PostgreSQL and of the system. */
const FULL: readonly string[] = ['53100', 'ENOSPC', 'EDQUOT'];
/** Names of a WebAssembly trap and of the engine's own exit. */
const DEAD: readonly string[] = ['RuntimeError', 'ExitStatus'];

/** The engine has one session: everything runs one after another. */
export class EngineSession implements Sessions {
  /** The engine never syncs by itself, and its log must be in the file at the commit: a kill may follow. */
  readonly lazily = '';
  readonly #session: Session;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(db: PGlite) {
    const statements = new EngineStatements(db);
    this.#session = {
      query: (sql, params) => statements.query(sql, params),
      async exec(sql) {
        await db.exec(sql);
      },
      async rollBack(cause) {
        try {
          await db.exec('rollback');
        } catch (error) {
          throw new DatabaseFault('damaged', 'The database engine stopped.', { cause: [cause, error] });
        }
      },
    };
  }

  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.exclusive(() => work(this.#session));
  }

  mayRepeat(): boolean {
    return false;
  }

  toFault(error: unknown): unknown {
    return toFault(error);
  }

  /** Runs `work` when the session is free, and keeps it for that long. What it throws comes out as `toFault` tells. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(work).catch((error: unknown) => {
      throw toFault(error);
    });
    this.#tail = next.catch(() => {});
    return next;
  }
}

/** What an error of the engine, or of the system below it, means. */
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
