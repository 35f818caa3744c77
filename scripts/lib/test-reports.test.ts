import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error -- a script without types, as are all that run before there are any packages
import { countPlaywright, countVitest, failureLines } from './test-reports.mjs';

let dir = '';
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-reports-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

function report(name: string, value: unknown): string {
  const file = path.join(dir, name);
  fs.writeFileSync(file, JSON.stringify(value));
  return file;
}

describe('reports of test runners', () => {
  it('name what failed and what needed a second try', () => {
    const tried = (statuses: readonly string[]) =>
      statuses.map((status) => ({
        status,
        errors: status === 'passed' ? [] : [{ message: '\u001b[31mtoo late\u001b[39m' }],
      }));
    const spec = (title: string, status: string, statuses: readonly string[]) => ({
      file: 'a.spec.ts',
      line: 7,
      title,
      tests: [{ status, results: tried(statuses) }],
    });
    const file = report('e2e.json', {
      suites: [
        {
          specs: [spec('good', 'expected', ['passed']), spec('bad', 'unexpected', ['failed', 'failed'])],
          suites: [{ specs: [spec('shaky', 'flaky', ['failed', 'passed'])] }],
        },
      ],
    });
    const count = countPlaywright(file, 1);
    expect(count).toMatchObject({ passed: 2, failed: 1 });
    expect(failureLines([{ name: 'e2e', ...count }])).toEqual([
      'passed at its second try (e2e): a.spec.ts:7 › shaky\n    too late',
      'FAILED (e2e): a.spec.ts:7 › bad\n    too late',
    ]);
  });

  it('of Vitest, too', () => {
    const assertion = (status: string) => ({ status, fullName: `is ${status}`, failureMessages: ['why'] });
    const file = report('unit.json', {
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [assertion('passed'), assertion('failed')],
        },
      ],
    });
    const count = countVitest(file, 1, report('again.json', ['b.test.ts: shaky']));
    expect(count).toMatchObject({
      passed: 1,
      failed: 1,
      failures: ['a.test.ts: is failed\nwhy'],
      again: ['b.test.ts: shaky'],
    });
  });

  it('a report that is missing is a failure', () => {
    expect(countVitest(path.join(dir, 'none.json'), 0, path.join(dir, 'none'))).toMatchObject({
      failed: 1,
    });
  });
});
