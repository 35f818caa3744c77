import path from 'node:path';
import type { OwnerId } from '@shared/model/ids.ts';
import { type Backups, createBackups } from '../backups/backups.ts';
import type { WorkerStore } from '../db/worker-client.ts';
import { createTransfers, type Transfers } from '../transfer/transfers.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { DaemonOperations, DaemonOptions } from './options.ts';
import { stopChats } from './stop-chats.ts';

/** How chats leave and come in, and what is kept of all in case. */
export interface Keeping {
  readonly transfers: Transfers;
  readonly backups: Backups;
  /** Resolves when a copy was laid out: the next daemon starts with it. */
  readonly restored: Promise<void>;
  close(): Promise<void>;
}

export function openKeeping(
  options: DaemonOptions,
  { mask }: Pick<KnownSecrets, 'mask'>,
  base: {
    readonly store: WorkerStore<DaemonOperations>;
    readonly ownerId: OwnerId;
    readonly face: { tell(message: string): void };
  },
): Keeping {
  const transfers = createTransfers({ ...options, ...base, mask });
  let onRestored = () => {};
  const restored = new Promise<void>((resolve) => {
    onRestored = resolve;
  });
  const { dir, ext } = path.parse(options.dbWorkerFile);
  const workerFile = path.join(dir, `backup-worker${ext}`);
  const backups = createBackups({
    ...options,
    ...base,
    workerFile,
    onRestored,
    stopChats: (signal) => stopChats({ ...options, ...base }, signal),
    tell: (message) => base.face.tell(message),
  });
  const close = async () => void (await Promise.all([transfers.close(), backups.close()]));
  return { transfers, backups, restored, close };
}
