import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@shared/util/invariant.ts';
import { crewOperations } from './chatd/machine/crew.ts';
import { chatOperations } from './chatd/machine/operations.ts';
import { gitOperations } from './db/git.ts';
import type { WorkerStart } from './db/protocol.ts';
import { providerOperations } from './db/providers.ts';
import { replicaOperations } from './db/replicas.ts';
import { ruleOperations } from './db/rules.ts';
import type { OperationSet } from './db/runner.ts';
import { searchOperations } from './db/search/operations.ts';
import { settingOperations } from './db/settings.ts';
import { usageOperations } from './db/usage.ts';
import { serveStore } from './db/worker-host.ts';
import { workspaceOperations } from './db/workspaces.ts';
import { transferOperations } from './transfer/operations.ts';

const sets: readonly OperationSet[] = [
  { role: 'daemon', operations: chatOperations },
  { role: 'daemon', operations: crewOperations },
  { role: 'daemon', operations: transferOperations },
  { role: 'daemon', operations: searchOperations },
  { role: 'owner', operations: providerOperations },
  { role: 'owner', operations: workspaceOperations },
  { role: 'owner', operations: ruleOperations },
  { role: 'owner', operations: gitOperations },
  { role: 'owner', operations: usageOperations },
  { role: 'owner', operations: settingOperations },
  { role: 'owner', operations: replicaOperations },
];

invariant(parentPort, 'db-worker runs in a worker thread');
await serveStore(parentPort, workerData as WorkerStart, sets);
