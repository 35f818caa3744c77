import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { PGlite } from '@electric-sql/pglite';
import { exists } from './archive.ts';
import { openDirectStore } from './direct-store.ts';
import { openEngine } from './engine.ts';
import { migrate } from './migrate.ts';
import { PREPARED_NAME } from './prepared.ts';
import type { OperationSet } from './runner.ts';
import type { Operations, Store } from './store.ts';

let template: Promise<Blob> | null = null;

/**
 * An engine in memory with every migration applied. The first of a process takes seconds, unless the prepared
 * database was built; the next are quick.
 */
export async function openTestEngine(): Promise<PGlite> {
  template ??= makeTemplate();
  return openEngine({ load: await template });
}

async function makeTemplate(): Promise<Blob> {
  const prepared = path.resolve(import.meta.dirname, '../../out/resources', PREPARED_NAME);
  if (await exists(prepared)) return new Blob([await promisify(gunzip)(await readFile(prepared))]);
  const db = await openEngine({});
  await migrate(db);
  const dump = await db.dumpDataDir('none');
  await db.close();
  return dump;
}

/**
 * A real store for tests of what stands on the database: `openTestStore<ChatOperationMap>([{ role: 'daemon',
 * operations: chatOperations }])`. `db` is for arranging rows and looking behind the operations.
 */
export async function openTestStore<Ops extends Operations>(
  sets: readonly OperationSet[],
): Promise<{ readonly store: Store<Ops>; readonly db: PGlite }> {
  const db = await openTestEngine();
  return { store: await openDirectStore<Ops>(db, sets), db };
}
