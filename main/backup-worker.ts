import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@shared/util/invariant.ts';
import { runTask, type Task } from './backups/tasks.ts';

// A worker of its own for each task: what the engine took of memory goes with it, and chats have theirs to themselves.
invariant(parentPort, 'backup-worker runs in a worker thread');
parentPort.postMessage(await runTask(workerData as Task));
