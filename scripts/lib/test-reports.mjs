import fs from 'node:fs';

/**
 * `{ passed, failed, notRun: [reason, …], failures: [text, …], again: [title, …] }` of a runner's JSON report. `again`:
 * passed at a second try only. A report that is not there or names no failure although the runner failed counts as one
 * failure. `secondTries`: what second-tries.mjs wrote; Vitest's own report does not tell.
 */
export function countVitest(file, exitCode, secondTries) {
  return settle(read(file), exitCode, (report, count) => {
    count.again.push(...(read(secondTries) ?? []));
    for (const suite of report.testResults ?? []) {
      if (suite.status === 'failed' && suite.assertionResults.length === 0) {
        count.failed += 1;
        count.failures.push(`${suite.name}\n${suite.message ?? ''}`);
      }
      for (const test of suite.assertionResults) {
        if (test.status === 'passed') count.passed += 1;
        else if (test.status === 'failed') {
          count.failed += 1;
          count.failures.push(
            [`${suite.name}: ${test.fullName}`, ...(test.failureMessages ?? [])].join('\n'),
          );
        } else count.notRun.push(reasonIn(test));
      }
    }
  });
}

export function countPlaywright(file, exitCode) {
  return settle(read(file), exitCode, (report, count) => {
    count.failed += (report.errors ?? []).length;
    count.failures.push(
      ...(report.errors ?? []).map((error) => error.message ?? 'an error without a message'),
    );
    for (const test of testsIn(report.suites ?? [])) {
      if (test.status === 'expected' || test.status === 'flaky') count.passed += 1;
      else if (test.status === 'skipped') count.notRun.push(skipReason(test));
      else count.failed += 1;
      if (test.status === 'flaky') count.again.push(failureOf(test));
      if (test.status === 'unexpected') count.failures.push(failureOf(test));
    }
  });
}

/** Several reports as one. */
export function sumOf(counts) {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    notRun: counts.flatMap(({ notRun }) => notRun),
    failures: counts.flatMap(({ failures }) => failures),
    again: counts.flatMap(({ again }) => again),
  };
}

/** `not run here: N (reason)` lines, one a reason. */
export function notRunLines(reasons) {
  const byReason = new Map();
  for (const reason of reasons) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  return [...byReason].map(([reason, number]) => `not run here: ${number} (${reason})`);
}

/** The last thing that a run prints, because a log may be kept by its end alone: what failed, and how. */
export function failureLines(parts) {
  const short = (text) =>
    text
      .replaceAll(ESCAPES, '')
      .split('\n')
      .slice(0, FAILURE_LINES)
      .map((line) => (line.length > FAILURE_LINE ? `${line.slice(0, FAILURE_LINE)}…` : line))
      .join('\n    ');
  return parts.flatMap(({ name, failures = [], again = [] }) => [
    ...again.map((text) => `passed at its second try (${name}): ${short(text)}`),
    ...failures.map((text) => `FAILED (${name}): ${short(text)}`),
  ]);
}

const FAILURE_LINES = 25;
const FAILURE_LINE = 600;
// oxlint-disable-next-line no-control-regex -- colours of a terminal
const ESCAPES = /\u001b\[[0-9;]*m/g;

function settle(report, exitCode, read) {
  const count = { passed: 0, failed: 0, notRun: [], failures: [], again: [] };
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

/** Its place and title, and what went wrong at the first try. */
function failureOf({ title, results }) {
  const errors = (results ?? []).find((result) => result.status !== 'passed')?.errors ?? [];
  return [title, ...errors.map((error) => error.message ?? '')].join('\n');
}

function testsIn(suites) {
  return suites.flatMap((suite) => [
    ...(suite.specs ?? []).flatMap((spec) => {
      const title = `${spec.file}:${spec.line} › ${spec.title}`;
      return (spec.tests ?? []).map((test) => ({ ...test, title }));
    }),
    ...testsIn(suite.suites ?? []),
  ]);
}
