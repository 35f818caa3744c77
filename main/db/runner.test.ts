import type { PGlite } from '@electric-sql/pglite';
import { describe, expect, it } from 'vitest';
import { OperationRunner } from './runner.ts';
import { EngineSession } from './sessions.ts';
import { operation } from './store.ts';

/** An engine that rejects each statement with what `fail` gives for it, and the statements it was asked. */
function engine(fail: (sql: string) => unknown) {
  const asked: string[] = [];
  const ask = async (sql: string) => {
    asked.push(sql);
    const error = fail(sql);
    return error === null ? { rows: [], affectedRows: 0 } : Promise.reject(error);
  };
  const execProtocolStream = async (message: Uint8Array) => {
    await ask(Buffer.from(message).includes('select 1') ? 'select 1' : 'another');
    return [];
  };
  const runExclusive = (work: () => Promise<unknown>) => work();
  return { db: { exec: ask, execProtocolStream, runExclusive } as unknown as PGlite, asked };
}

const trap = () => Object.assign(new Error('unreachable'), { name: 'RuntimeError' });
const look = operation('read', async (tx) => (await tx.query('select 1')).rows);

function runnerOf(db: PGlite): OperationRunner {
  return new OperationRunner(new EngineSession(db), [{ role: 'owner', operations: { look } }]);
}

describe('an engine that died', () => {
  it('is told as damaged by whatever meets it first: the begin, a query, or work of our own', async () => {
    const dead = runnerOf(engine(trap).db);
    await expect(dead.run('look', {})).rejects.toMatchObject({ code: 'damaged' });
    const dying = runnerOf(engine((sql) => (sql === 'select 1' ? trap() : null)).db);
    await expect(dying.run('look', {})).rejects.toMatchObject({ code: 'damaged' });
    const session = new EngineSession(engine(trap).db);
    await expect(session.exclusive(() => Promise.reject(trap()))).rejects.toMatchObject({
      code: 'damaged',
    });
  });

  it('may have ended itself, which is no Error', async () => {
    const ended = runnerOf(engine(() => ({ name: 'ExitStatus', status: 1 })).db);
    await expect(ended.run('look', {})).rejects.toMatchObject({ code: 'damaged' });
  });
});

it('a begin that fails half way leaves no transaction open', async () => {
  const { db, asked } = engine((sql) => (sql.startsWith('begin') ? new Error('no such role') : null));
  await expect(runnerOf(db).run('look', {})).rejects.toThrow('no such role');
  expect(asked.at(-1)).toBe('rollback');
});
