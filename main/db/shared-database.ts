import pg from 'pg';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { errorCode } from './error-code.ts';
import { DatabaseFault } from './fault.ts';
import { migrateSession } from './migrate.ts';
import type { Database } from './open.ts';
import { OperationRunner, type OperationSet } from './runner.ts';
import { listenShared, type SharedHints } from './shared-hints.ts';
import { clientConfig, isAway, isServers, SharedSessions } from './shared-sessions.ts';
import type { Hint } from './store.ts';

export interface SharedOptions {
  /** `postgresql://user:password@host:port/database`. Never logged as it is. */
  readonly url: string;
  readonly log: Log;
  /** How long to wait for who brings the schema up to date, and for tables that others hold. */
  readonly migrateWithinMs?: number;
}

/** Any number; the same in every process of ours, whatever its version. */
const MIGRATION_LOCK = 7_304_210_611;
/** Longer than any statement or idle transaction of ours may last, and than a start of another process takes. */
const MIGRATE_WITHIN_MS = 60_000;
const LOCK_NOT_AVAILABLE = '55P03';
const LOOK_AGAIN_MS = 250;
const LOOK_AGAIN_FOR_MS = 5_000;
const UNDEFINED_OBJECT = '42704';
const DUPLICATE: readonly string[] = ['42710', '23505'];

/** A PostgreSQL server that several processes use at once. */
class SharedDatabase implements Database {
  readonly #options: SharedOptions;
  readonly #sessions: SharedSessions;
  readonly #runner: OperationRunner;
  #hints: SharedHints | null = null;
  #isClosing = false;

  constructor(options: SharedOptions, sets: readonly OperationSet[]) {
    this.#options = options;
    this.#sessions = new SharedSessions(options.url, options.log);
    this.#runner = new OperationRunner(this.#sessions, sets);
  }

  /** Who only looks does not see that the server restarts: it looks again, for a while. */
  async run(name: string, args: unknown): Promise<unknown> {
    const giveUpAt = systemClock.now() + LOOK_AGAIN_FOR_MS;
    for (;;) {
      try {
        return (await this.#runner.run(name, args)).answer;
      } catch (error) {
        const isAwayNow = error instanceof DatabaseFault && error.code === 'unreachable';
        const isLate = systemClock.now() >= giveUpAt || this.#isClosing;
        if (!isAwayNow || isLate || !this.#runner.isRead(name)) throw error;
      }
      await systemClock.sleep(LOOK_AGAIN_MS);
    }
  }

  async listen(post: (hint: Hint) => void): Promise<void> {
    this.#hints = await listenShared(this.#options.url, post, this.#options.log);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#hints?.close();
    await this.#sessions.close();
  }
}

/** Connects and brings the schema up to date, one process at a time. Faults say why not, without the URL. */
export async function openShared(options: SharedOptions, sets: readonly OperationSet[]): Promise<Database> {
  const { url, log, migrateWithinMs = MIGRATE_WITHIN_MS } = options;
  if (describeUrl(url) === null)
    throw new DatabaseFault('unusable', 'GAFFER_DATABASE_URL is not a PostgreSQL URL.');
  const client = await connect(url);
  try {
    const migrations = await migrateLocked(client, url, migrateWithinMs);
    await requireRole(client);
    log.info('The shared database is open', { database: describeUrl(url), migrations });
  } catch (error) {
    throw refusal(error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
  return new SharedDatabase(options, sets);
}

type Client = InstanceType<typeof pg.Client>;

async function connect(url: string): Promise<Client> {
  try {
    const client = new pg.Client(clientConfig(url));
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    throw refusal(error, url);
  }
}

async function migrateLocked(client: Client, url: string, withinMs: number): Promise<number> {
  const db = {
    query: async <T>(sql: string, params?: unknown[]) => ({
      rows: (await client.query(sql, params)).rows as T[],
    }),
    exec: (sql: string) => client.query(sql),
  };
  // Holds for the tables that the migrations change, too.
  await client.query(`select set_config('lock_timeout', $1, false)`, [String(withinMs)]);
  await lockMigration(client, url);
  try {
    await makeRole(client);
    return await migrateSession(db);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

async function lockMigration(client: Client, url: string): Promise<void> {
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error;
    const holder = await describeHolder(client);
    throw new DatabaseFault(
      'being-migrated',
      `Another process has been bringing the database ${describeUrl(url)} up to date for too long: ${holder}.`,
      { cause: error },
    );
  }
}

/** Who has the migration lock of this database; a user that is no superuser is told of own sessions only. */
async function describeHolder(client: Client): Promise<string> {
  const { rows } = await client.query(
    `select a.pid, a.application_name as name, host(a.client_addr) as address
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and (l.classid::bigint << 32) + l.objid::bigint = $1`,
    [MIGRATION_LOCK],
  );
  const [holder] = rows as { pid: number; name: string | null; address: string | null }[];
  if (!holder) return 'it has just ended';
  const from = holder.address === null ? '' : ` from ${holder.address}`;
  return `"${holder.name ?? ''}"${from}, server process ${holder.pid}`;
}

/** Roles belong to the whole server: another database's process may make it at the same time. */
async function makeRole(client: Client): Promise<void> {
  const { rows } = await client.query(`select from pg_roles where rolname = 'gaffer_daemon'`);
  if (rows.length > 0) return;
  try {
    await client.query('create role gaffer_daemon');
  } catch (error) {
    if (!DUPLICATE.includes(errorCode(error) ?? '')) throw error;
  }
}

/** Who is no superuser may take the daemon's role only as its member. */
async function requireRole(client: Client): Promise<void> {
  const may = async () => {
    try {
      await client.query('begin; set local role gaffer_daemon; commit');
      return true;
    } catch (error) {
      await client.query('rollback');
      if (errorCode(error) === UNDEFINED_OBJECT || !isServers(error)) throw error;
      return false;
    }
  };
  if (await may()) return;
  await client.query('grant gaffer_daemon to current_user');
  if (!(await may()))
    throw new DatabaseFault(
      'unusable',
      'The user of GAFFER_DATABASE_URL cannot take the role gaffer_daemon.',
    );
}

/** `unusable`: the server said no, or the URL is none. `unreachable`: nobody said anything. */
function refusal(error: unknown, url: string): unknown {
  if (error instanceof DatabaseFault) return error;
  const where = describeUrl(url);
  const code = errorCode(error);
  const detail = isServers(error) ? `${(error as Error).message} (${code})` : (code ?? 'no answer');
  return new DatabaseFault(
    isServers(error) && !isAway(error) ? 'unusable' : 'unreachable',
    `The database ${where} of GAFFER_DATABASE_URL: ${detail}`,
  );
}

/** Without the password and without options; null: no URL of a PostgreSQL server. */
function describeUrl(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, username, host, pathname } = new URL(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') return null;
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}
