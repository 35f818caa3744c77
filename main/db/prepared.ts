import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exists, packDirectory, unpackDirectory } from './archive.ts';
import { ENGINE_MAJOR, ENGINE_VERSION, openEngine } from './engine.ts';
import { DatabaseFault } from './fault.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { syncPath, syncTree } from './sync-files.ts';

/** Good for one build of the engine and one list of migrations: any other is not even looked at. */
export const PREPARED_NAME = `${ENGINE_MAJOR}-${ENGINE_VERSION}-${hashMigrations()}.tar.gz`;

function hashMigrations(): string {
  const hash = createHash('sha256');
  for (const { sql } of migrations) hash.update(sql).update('\0');
  return hash.digest('hex').slice(0, 8);
}

/** Makes the archive in `directory` when it is missing. Answers its path. */
export async function prepareDatabase(directory: string): Promise<string> {
  const target = path.join(directory, PREPARED_NAME);
  if (await exists(target)) return target;
  await mkdir(directory, { recursive: true });
  const scratch = await mkdtemp(path.join(directory, '.prepare-'));
  try {
    const data = path.join(scratch, ENGINE_MAJOR);
    const db = await openEngine({ directory: data });
    await migrate(db);
    await db.exec('checkpoint');
    await db.close();
    const partial = path.join(scratch, PREPARED_NAME);
    await writeFile(partial, await packDirectory(data));
    await rename(partial, target);
    return target;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Places {
  readonly dataDir: string;
  readonly preparedDir: string | null;
}

/**
 * Puts a new data directory at `data`: from the archive when there is one, else made by the engine (seconds).
 * It appears whole and synced or not at all. Refused as `missing` where there are copies: whoever has them has had chats,
 * and an empty database would look as if they were lost.
 */
export async function layNew(data: string, { dataDir, preparedDir }: Places): Promise<'prepared' | 'made'> {
  const names: readonly string[] = await readdir(path.join(dataDir, 'backups')).catch(() => []);
  if (names.some((name) => name.endsWith('.tar.gz')))
    throw new DatabaseFault('missing', 'The database is not there, but copies of it are.');
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  const archive = preparedDir && path.join(preparedDir, PREPARED_NAME);
  const isPrepared = archive !== null && (await exists(archive));
  if (isPrepared) await unpackDirectory(await readFile(archive), fresh);
  else await (await openEngine({ directory: fresh })).close();
  await syncTree(fresh);
  await rename(fresh, data);
  await syncPath(path.dirname(data), 'directory');
  return isPrepared ? 'prepared' : 'made';
}
