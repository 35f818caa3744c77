import { maskedLog } from '../base/log.ts';
import { openWorkerStore, type WorkerStore } from '../db/worker-client.ts';
import { databaseUrlOf, type KnownSecrets, openSecrets } from './known-secrets.ts';
import type { DaemonOperations, DaemonOptions } from './options.ts';

/** A daemon whose database is being opened. */
export interface BegunDaemon {
  /** Their log shows no secret. */
  readonly options: DaemonOptions;
  readonly secrets: KnownSecrets;
  readonly store: Promise<WorkerStore<DaemonOperations>>;
}

/** Opens the database, which takes longest; the rest of the daemon may be read from the disk meanwhile. */
export function beginDaemon(given: DaemonOptions): BegunDaemon {
  const secrets = openSecrets(given);
  const options = { ...given, log: maskedLog(given.log, secrets.mask.text) };
  const { dataDir, dbWorkerFile: workerFile, preparedDir, log } = options;
  const databaseUrl = databaseUrlOf(options);
  const store = openWorkerStore<DaemonOperations>({ workerFile, dataDir, preparedDir, databaseUrl, log });
  store.catch(() => undefined); // whoever starts the daemon reports it
  return { options, secrets, store };
}
