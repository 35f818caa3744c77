import { defineConfig } from '@playwright/test';

/** npm run tour: the scenes as pictures, for people to look at. */
export default defineConfig({
  testDir: 'e2e/scenes',
  testMatch: '**/*.tour.ts',
  outputDir: 'test-results/tour-run',
  workers: 1,
  timeout: 20 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
});
