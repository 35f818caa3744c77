import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e/specs',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/e2e',
  snapshotPathTemplate: 'e2e/baselines/{arg}{ext}',
  // One app at a time has a display and a session bus: scripts/test.mjs runs two halves, each with its own.
  workers: 1,
  // A busy machine may break one; the summary names it, and why. What breaks twice is broken.
  retries: process.env['GAFFER_FULL'] ? 1 : 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env['GAFFER_FULL']),
  reporter: process.env['GAFFER_E2E_JSON']
    ? [['list'], ['json', { outputFile: process.env['GAFFER_E2E_JSON'] }]]
    : [['list']],
  use: { trace: 'retain-on-failure' },
});
