import path from 'node:path';
import { defineConfig } from 'vitest/config';

const alias = { '@shared': path.resolve(import.meta.dirname, 'shared') };
const exclude = ['**/node_modules/**', 'out/**', 'e2e/**'];

/** `unit`: no process, no socket, no database. `integration` (*.int.test.ts): real PGlite, agent, sshd, git. */
export default defineConfig({
  resolve: { alias },
  // As in electron.vite.config.ts.
  assetsInclude: ['**/*.wasm'],
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['**/*.test.{ts,tsx}'], exclude: [...exclude, '**/*.int.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.int.test.ts'],
          exclude,
          testTimeout: 60_000,
          maxWorkers: 2,
          // As in playwright.config.ts.
          retry: process.env['GAFFER_FULL'] ? 1 : 0,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
