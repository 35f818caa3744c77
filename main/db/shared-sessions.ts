import pg, { type PoolClient } from 'pg';
import { errorFields, type Log } from '../base/log.ts';
import { errorCode } from './error-code.ts';
import { DatabaseFault } from './fault.ts';
import { parsers } from './parsers.ts';
import { type Session, type Sessions, toFault } from './sessions.ts';

/** Open at once, for one process. */
const CONNECTIONS = 10;
const CONNECT_WITHIN_MS = 10_000;
/** The server gives up on its own before we do. */
const STATEMENT_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 30_000;
const LOCK_WITHIN_MS = 10_000;

/** Serialization failure, deadlock, and a row that somebody else inserted first: the next try finds it. */
const REPEAT: readonly string[] = ['40001', '40P01', '23505'];
/** The server goes down or comes up, has no room for us, or gave up on us. Class 08 is the connection's own. */
const AWAY: readonly string[] = ['57P01', '57P02', '57P03', '57P05', '53300', '25P03', '57014', '55P03'];

const settings = {
  application_name: 'gaffer',
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types: {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      parsers[oid] ?? pg.types.getTypeParser(oid, format),
  },
};

const LIMITS = {
  timezone: 'UTC',
  datestyle: 'ISO',
  statement_timeout: STATEMENT_WITHIN_MS,
  lock_timeout: LOCK_WITHIN_MS,
  idle_in_transaction_session_timeout: ANSWER_WITHIN_MS,
};

/** For the operations: every statement has a bound. */
export function poolConfig(url: string) {
  const options = Object.entries(LIMITS).map(([name, value]) => `-c ${name}=${value}`);
  return {
    ...settings,
    connectionString: url,
    max: CONNECTIONS,
    query_timeout: ANSWER_WITHIN_MS,
    options: options.join(' '),
  };
}

/** For a connection of its own. */
export function clientConfig(url: string) {
  return { ...settings, connectionString: url };
}

/** Sessions of a server, as many as there are transactions at once, up to a bound. */
export class SharedSessions implements Sessions {
  /** Heartbeats and attempts may be lost with the server's memory; they come again. */
  readonly lazily = 'set local synchronous_commit = off';
  readonly #pool: InstanceType<typeof pg.Pool>;

  constructor(url: string, log: Log) {
    this.#pool = new pg.Pool(poolConfig(url));
    this.#pool.on('error', (error) =>
      log.warn('A connection to the database was lost', errorFields(error)),
    );
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw lost(error);
    });
    const lent = new LentSession(client);
    try {
      return await work(lent);
    } finally {
      lent.giveBack();
    }
  }

  mayRepeat(error: unknown): boolean {
    return REPEAT.includes(errorCode(error) ?? '');
  }

  toFault(error: unknown): unknown {
    return isAway(error) ? lost(error) : toFault(error);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

class LentSession implements Session {
  readonly #client: PoolClient;
  #isBroken = false;
  readonly #onError = () => {
    this.#isBroken = true;
  };

  constructor(client: PoolClient) {
    this.#client = client;
    client.on('error', this.#onError);
  }

  async query<T>(sql: string, params: readonly unknown[]) {
    const { rows, rowCount } = await this.#ask(sql, params);
    return { rows: rows as T[], rowCount: rowCount ?? 0 };
  }

  async exec(sql: string): Promise<void> {
    await this.#ask(sql);
  }

  async rollBack(): Promise<void> {
    if (this.#isBroken) return;
    await this.#ask('rollback').catch(() => {
      this.#isBroken = true;
    });
  }

  /** Nobody gets a connection of which nothing is known. */
  giveBack(): void {
    this.#client.off('error', this.#onError);
    this.#client.release(this.#isBroken);
  }

  async #ask(sql: string, params?: readonly unknown[]) {
    try {
      return await this.#client.query(sql, params && [...params]);
    } catch (error) {
      if (isServers(error)) throw error;
      this.#isBroken = true;
      throw lost(error);
    }
  }
}

/** The server has refused a statement; anything else that the client throws is about the connection. */
export function isServers(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && /^[0-9A-Z]{5}$/.test(errorCode(error) ?? '');
}

/** The server says that it cannot answer now. */
export function isAway(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return isServers(error) && (AWAY.includes(code) || code.startsWith('08'));
}

/** Its cause stays here: it may name what stands in the URL. */
function lost(error: unknown): DatabaseFault {
  return new DatabaseFault('unreachable', 'The shared database does not answer.', { cause: error });
}
