import { type Extensions, PGlite } from '@electric-sql/pglite';
import { OrderedFiles } from './ordered-files.ts';
import { parsers } from './parsers.ts';

/** The prepared directory is good for exactly this build of the engine. */
export const ENGINE_VERSION = '0.5.16';
/** The directory's name below the data directory: a major upgrade gets its own. */
export const ENGINE_MAJOR = 'pg18';

/**
 * Checkpoints are ours alone (see checkpoint.ts); WAL from before the last one must still be there. Nothing gathers
 * statistics of messages, and without them "the newest row of this chat" looks cheaper as a bitmap and a sort of the
 * whole chat than as one step back in the index: 100,000 rows instead of one.
 */
const SETTINGS = [
  'enable_bitmapscan=off',
  'shared_buffers=16MB',
  'full_page_writes=on',
  'max_wal_size=1GB',
  'checkpoint_timeout=1d',
  'wal_keep_size=160MB',
  'log_min_messages=panic',
];

export interface EngineSource {
  /** Absent: in memory. */
  readonly directory?: string;
  /** A tar (or tar.gz) of a data directory, for one in memory. */
  readonly load?: Blob;
  readonly extensions?: Extensions;
}

/** Opens (and when there is nothing yet, makes) a database. Recovers after a crash. */
export function openEngine(source: EngineSource): Promise<PGlite> {
  return PGlite.create({
    ...(source.directory === undefined ? {} : { fs: new OrderedFiles(source.directory) }),
    ...(source.load === undefined ? {} : { loadDataDir: source.load }),
    ...(source.extensions === undefined ? {} : { extensions: source.extensions }),
    startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])],
    parsers: { ...parsers },
  });
}
