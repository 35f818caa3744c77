import type { MessagePort } from 'node:worker_threads';
import type { Log } from '../base/log.ts';
import type { Copied } from './copy-database.ts';
import { DatabaseFault } from './fault.ts';
import { type Database, openDatabase } from './open.ts';
import { type Ask, type Told, toFailure, type WorkerStart } from './protocol.ts';
import type { OperationSet } from './runner.ts';

/**
 * The worker thread's side of a store: opens the database, answers calls as they come, ends after `close`.
 * After damage it ends too: the next opening recovers.
 */
export async function serveStore(
  port: MessagePort,
  start: WorkerStart,
  sets: readonly OperationSet[],
): Promise<void> {
  const tell = (told: Told) => port.postMessage(told);
  const log = portLog(tell);
  const onDamaged = () => process.exit(1);
  const opened = await openEither(start, { log, onDamaged }, sets).catch((error: unknown) => {
    tell({ type: 'refused', failure: toFailure(error) });
    return null;
  });
  if (!opened) return port.close();
  await opened.listen((hint) => tell({ type: 'hint', hint }));
  const running = new Set<Promise<void>>();
  port.on('message', (ask: Ask) => {
    if (ask.type === 'close') {
      void finish(opened, running, log).then(() => port.close());
      return;
    }
    const answered = answer(opened, ask, tell).finally(() => running.delete(answered));
    running.add(answered);
  });
  tell({ type: 'ready' });
}

async function openEither(
  { databaseUrl, ...start }: WorkerStart,
  { log, onDamaged }: { log: Log; onDamaged: () => void },
  sets: readonly OperationSet[],
): Promise<Database> {
  if (!databaseUrl) return openDatabase({ ...start, log, onDamaged }, sets);
  // The client is loaded by those who share a server only.
  const { openShared } = await import('./shared-database.ts');
  return openShared({ url: databaseUrl, log }, sets);
}

async function answer(
  database: Database,
  ask: Exclude<Ask, { type: 'close' }>,
  tell: (told: Told) => void,
): Promise<void> {
  try {
    const value =
      ask.type === 'copy' ? await copyOf(database, ask.to) : await database.run(ask.name, ask.args);
    tell({ type: 'answer', id: ask.id, value });
  } catch (error) {
    tell({ type: 'failed', id: ask.id, failure: toFailure(error) });
    if (error instanceof DatabaseFault && error.code === 'damaged') process.exit(1);
  }
}

function copyOf(database: Database, to: string): Promise<Copied> {
  if (!database.copyTo) throw new Error('A shared database is copied by its server');
  return database.copyTo(to);
}

async function finish(database: Database, running: ReadonlySet<Promise<void>>, log: Log): Promise<void> {
  database.stopCopying?.();
  await Promise.all(running);
  await database
    .close()
    .catch((error: unknown) => log.error('The database did not close well', { ...toFailure(error) }));
}

function portLog(tell: (told: Told) => void): Log {
  const put = (level: keyof Log) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    tell({ type: 'log', level, message, ...(fields ? { fields } : {}) });
  return { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') };
}
