import { Rollback } from './rollback.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Durability, Operation, Operations, Tx } from './store.ts';

/** `daemon`: the chat daemon's role. `owner`: what keeps providers, workspaces and settings. */
export type DatabaseRole = 'daemon' | 'owner';

export interface OperationSet {
  readonly role: DatabaseRole;
  readonly operations: Operations;
}

const AS_ROLE: Readonly<Record<DatabaseRole, string>> = {
  daemon: 'set local role gaffer_daemon',
  owner: '',
};
/** Others may win this often before the operation gives up. */
const TRIES = 5;

/** What one run left: the answer, and whether the log must reach the disk before it is given. */
export interface Ran {
  readonly answer: unknown;
  readonly durability: Durability;
}

interface Known {
  readonly operation: Operation<never, unknown>;
  /** All that stands before its first statement. */
  readonly begin: string;
}

/**
 * Runs operations, each in one transaction on a session of its own. An operation that throws a Rollback answers and
 * leaves nothing; any other throw leaves nothing and goes on to the caller.
 */
export class OperationRunner {
  readonly #sessions: Sessions;
  readonly #known: ReadonlyMap<string, Known>;

  constructor(sessions: Sessions, sets: readonly OperationSet[]) {
    this.#sessions = sessions;
    this.#known = new Map(
      sets.flatMap(({ role, operations }) =>
        Object.entries(operations).map(
          ([name, operation]) =>
            [name, { operation, begin: beginOf(sessions, role, operation.durability) }] as const,
        ),
      ),
    );
  }

  /** The operation writes nothing: it may be asked for again, whatever became of the first time. */
  isRead(name: string): boolean {
    return this.#known.get(name)?.operation.durability === 'read';
  }

  /** `before` may refuse by throwing; it runs when a session is free. */
  async run(
    name: string,
    args: unknown,
    before: (durability: Durability) => Promise<void> = async () => {},
  ): Promise<Ran> {
    const known = this.#known.get(name);
    if (!known) throw new Error(`No operation is called ${name}`);
    const { durability } = known.operation;
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await this.#sessions.use(async (session) => {
          await before(durability);
          return transact(session, known, args);
        });
        return { answer, durability };
      } catch (error) {
        if (tries < TRIES && this.#sessions.mayRepeat(error)) continue;
        throw this.#sessions.toFault(error);
      }
    }
  }
}

function beginOf(sessions: Sessions, role: DatabaseRole, durability: Durability): string {
  const begin = durability === 'read' ? 'begin isolation level repeatable read read only' : 'begin';
  const lazily = durability === 'lazy' ? sessions.lazily : '';
  return [begin, AS_ROLE[role], lazily].filter((statement) => statement !== '').join('; ');
}

async function transact(session: Session, { operation, begin }: Known, args: unknown): Promise<unknown> {
  let open = true;
  const tx: Tx = {
    query: async <T>(sql: string, params: readonly unknown[] = []) => {
      if (!open) throw new Error('A query after its operation ended');
      return session.query<T>(sql, params);
    },
  };
  try {
    await session.exec(begin);
    const answer = await operation.run(tx, args as never);
    open = false;
    await session.exec('commit');
    return answer;
  } catch (error) {
    open = false;
    await session.rollBack(error);
    if (error instanceof Rollback) return error.answer;
    throw error;
  }
}
