import fs from 'node:fs';

/**
 * `{ passed, failed, notRun: [reason, …] }` of a runner's JSON report. A report that is not there or names no
 * failure although the runner failed counts as one failure.
 */
export function countVitest(file, exitCode) {
  return settle(read(file), exitCode, (report, count) => {
    for (const suite of report.testResults ?? []) {
      if (suite.status === 'failed' && suite.assertionResults.length === 0) count.failed += 1;
      for (const test of suite.assertionResults) {
        if (test.status === 'passed') count.passed += 1;
        else if (test.status === 'failed') count.failed += 1;
        else count.notRun.push(reasonIn(test));
      }
    }
  });
}

export function countPlaywright(file, exitCode) {
  return settle(read(file), exitCode, (report, count) => {
    count.failed += (report.errors ?? []).length;
    for (const test of testsIn(report.suites ?? [])) {
      if (test.status === 'expected' || test.status === 'flaky') count.passed += 1;
      else if (test.status === 'skipped') count.notRun.push(skipReason(test));
      else count.failed += 1;
    }
  });
}

/** `not run here: N (reason)` lines, one a reason. */
export function notRunLines(reasons) {
  const byReason = new Map();
  for (const reason of reasons) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  return [...byReason].map(([reason, number]) => `not run here: ${number} (${reason})`);
}

function settle(report, exitCode, read) {
  const count = { passed: 0, failed: 0, notRun: [] };
  if (report !== null) read(report, count);
  if (count.failed === 0 && (report === null || exitCode !== 0)) count.failed = 1;
  return count;
}

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** A test that is skipped for the machine's sake says why at the end of a title: "… [not here: no sshd]". */
function reasonIn(test) {
  const titles = [...(test.ancestorTitles ?? []), test.title].join(' ');
  return /\[not here: ([^\]]+)\]/.exec(titles)?.[1] ?? `skipped: ${titles.trim()}`;
}

function skipReason(test) {
  const note = (test.annotations ?? []).find((annotation) => annotation.type === 'skip');
  return note?.description || 'skipped without a reason';
}

function testsIn(suites) {
  return suites.flatMap((suite) => [
    ...(suite.specs ?? []).flatMap((spec) => spec.tests ?? []),
    ...testsIn(suite.suites ?? []),
  ]);
}
