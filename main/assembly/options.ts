import type { BackupDeps } from '../backups/backups.ts';
import type { Random } from '../base/random.ts';
import type { CrewOperations } from '../chatd/machine/crew.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import type { GitOperations } from '../db/git.ts';
import type { ProviderOperations } from '../db/providers.ts';
import type { ReplicaOperations } from '../db/replicas.ts';
import type { RuleOperations } from '../db/rules.ts';
import type { SearchOperations } from '../db/search/operations.ts';
import type { SettingOperations } from '../db/settings.ts';
import type { Store } from '../db/store.ts';
import type { UsageOperations } from '../db/usage.ts';
import type { WorkspaceOperations } from '../db/workspaces.ts';
import type { FaceOptions } from '../ipc/face-parts.ts';
import type { Secrets } from '../models/accounts.ts';
import type { AnswerStore } from '../ssh/remembered.ts';
import type { TransferOperations } from '../transfer/operations.ts';
import type { TransferDeps } from '../transfer/transfers.ts';

/** What `db-worker.ts` serves. */
export type DaemonOperations = ChatOperationMap &
  CrewOperations &
  ProviderOperations &
  WorkspaceOperations &
  RuleOperations &
  GitOperations &
  SearchOperations &
  SettingOperations &
  UsageOperations &
  ReplicaOperations &
  TransferOperations;

export interface DaemonOptions
  extends FaceOptions,
    Pick<TransferDeps, 'pickSaveFile' | 'pickImportFile'>,
    Pick<BackupDeps, 'showInFolder'> {
  /** The user data directory: the database lives in its `db/`. */
  readonly dataDir: string;
  readonly dbWorkerFile: string;
  readonly preparedDir: string;
  readonly agentFile: string;
  /** Runs the local agent: Node, or Electron's executable as Node. */
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Keys of accounts, and answers to hosts. */
  readonly secrets: Secrets & AnswerStore & FaceOptions['secrets'];
  pickFolder(): Promise<string | null>;
  readonly random: Random;
}

export type DaemonStore = Store<DaemonOperations>;
