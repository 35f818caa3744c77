import { messages, type PGlite, protocol } from '@electric-sql/pglite';
import { errorCode } from './error-code.ts';

const { serialize } = protocol;
/** More texts than the code holds: whoever composes statements must not fill the engine with them. */
const MOST = 1_000;
const SHAPE_CHANGED = '0A000';

interface Statement {
  readonly name: string;
  readonly parameterTypes: readonly number[];
  readonly fields: readonly { readonly name: string; readonly type: number }[];
}

type Message = Awaited<ReturnType<PGlite['execProtocolStream']>>[number];

/**
 * The engine's statements, each parsed once. `PGlite.query` goes into the engine six times for one statement and has it
 * planned anew, which costs more than most of them do; a prepared one goes in once.
 */
export class EngineStatements {
  readonly #db: PGlite;
  readonly #known = new Map<string, Statement>();
  #named = 0;

  constructor(db: PGlite) {
    this.#db = db;
  }

  /** As `PGlite.query`; within a transaction of the caller's. */
  async query<T>(
    sql: string,
    params: readonly unknown[],
  ): Promise<{ readonly rows: readonly T[]; readonly rowCount: number }> {
    if (!this.#known.has(sql) && this.#named >= MOST) {
      const { rows, affectedRows } = await this.#db.query<T>(sql, [...params]);
      return { rows, rowCount: affectedRows || rows.length };
    }
    const statement = this.#known.get(sql) ?? (await this.#prepare(sql));
    const values = params.map((value, at) => this.#write(value, statement.parameterTypes[at]));
    try {
      const bind = serialize.bind({ statement: statement.name, values });
      return this.#read<T>(statement, await this.#send(bind, serialize.execute({})));
    } catch (error) {
      // What it reads has another shape now (a migration): the next one is parsed anew.
      if (errorCode(error) === SHAPE_CHANGED) this.#known.delete(sql);
      throw error;
    }
  }

  async #prepare(sql: string): Promise<Statement> {
    const name = `gaffer_${this.#named++}`;
    const told = await this.#send(
      serialize.parse({ name, text: sql }),
      serialize.describe({ type: 'S', name }),
    );
    const parameters = told.find((one) => one instanceof messages.ParameterDescriptionMessage);
    const row = told.find((one) => one instanceof messages.RowDescriptionMessage);
    const statement = {
      name,
      parameterTypes: parameters?.dataTypeIDs ?? [],
      fields: (row?.fields ?? []).map((field) => ({ name: field.name, type: field.dataTypeID })),
    };
    this.#known.set(sql, statement);
    return statement;
  }

  /** The end mark goes along, also after an error: it makes the engine take the next statement. */
  #send(...parts: readonly Uint8Array[]): Promise<Message[]> {
    const message = Buffer.concat([...parts, serialize.sync()]);
    // In turn with the engine's own statements, which go into it in several pieces.
    return this.#db.runExclusive(() => this.#db.execProtocolStream(message, { syncToFs: false }));
  }

  /** Bytes go as they are: as text they would be written out digit by digit, and read again in the engine. */
  #write(value: unknown, type: number | undefined): string | Uint8Array | null {
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array) return value;
    const serializer = type === undefined ? undefined : this.#db.serializers[type];
    if (serializer) return serializer(value);
    if (typeof value === 'object') throw new TypeError(`A parameter of type ${type} is given as text.`);
    return String(value as string | number | boolean | bigint);
  }

  #read<T>({ fields }: Statement, told: readonly Message[]): { rows: T[]; rowCount: number } {
    const rows: T[] = [];
    let affected = 0;
    for (const one of told) {
      if (one instanceof messages.DataRowMessage) {
        const values = one.fields.map((text, at) => {
          const field = fields[at];
          return [field?.name ?? '', this.#value(text, field?.type ?? 0)] as const;
        });
        rows.push(Object.fromEntries(values) as T);
      } else if (one instanceof messages.CommandCompleteMessage) {
        affected = /^(?:INSERT|UPDATE|DELETE|MERGE)\b.* (\d+)$/.test(one.text)
          ? Number(one.text.split(' ').at(-1))
          : 0;
      }
    }
    return { rows, rowCount: affected || rows.length };
  }

  #value(text: string | null, type: number): unknown {
    if (text === null) return null;
    const parser = this.#db.parsers[type];
    return parser ? parser(text, type) : text;
  }
}
