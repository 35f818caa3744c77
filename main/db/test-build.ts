import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';

const root = path.resolve(import.meta.dirname, '../..');

export interface TestBuild {
  readonly directory: string;
  /** The worker and the client as plain Node runs them. */
  readonly workerFile: string;
  readonly clientFile: string;
  remove(): Promise<void>;
}

/** Bundles the worker as the app does, so that tests can start it in threads and processes of their own. */
export async function buildWorker(): Promise<TestBuild> {
  // Below the checkout, where the engine's package is found.
  await mkdir(path.join(root, 'out'), { recursive: true });
  const directory = await mkdtemp(path.join(root, 'out', 'test-db-'));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { alias: { '@shared': path.join(root, 'shared') } },
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: directory,
      rolldownOptions: {
        input: {
          'db-worker': 'main/db-worker.ts',
          'backup-worker': 'main/backup-worker.ts',
          client: 'main/db/worker-client.ts',
        },
        external: [/^@electric-sql/],
        output: { entryFileNames: '[name].mjs' },
      },
    },
  });
  return {
    directory,
    workerFile: path.join(directory, 'db-worker.mjs'),
    clientFile: path.join(directory, 'client.mjs'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
