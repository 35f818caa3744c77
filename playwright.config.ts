import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e/specs',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/e2e',
  // The specs share one display, one session bus and two cores.
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
