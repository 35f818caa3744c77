// npm test: everything, in order, with one summary. `node scripts/test.mjs check|unit|integration|e2e|torture [args]`
// runs one part; what follows goes to its test runner. The very last line is `N passed, N failed`.
import fs from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { ensureElectron } from './electron.mjs';
import { runChecks } from './lib/checks.mjs';
import { bin, root, runThrough, say } from './lib/run.mjs';
import { countPlaywright, countVitest, failureLines, notRunLines, sumOf } from './lib/test-reports.mjs';
import { withDisplay } from './lib/with-display.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureSystem, hasDisplay } from './system.mjs';

/** Twice what the longest part takes on a quiet machine. */
const PART_WITHIN_MS = 20 * 60_000;
/** Parts that try what was built. */
const OF_THE_BUILD = ['integration', 'e2e', 'torture'];
const [asked, ...rest] = process.argv.slice(2);
const reports = path.join(root, 'test-results');

const parts = {
  install: async () => {
    ensurePackages();
    const electron = await ensureElectron();
    say(`Electron ${electron.version} (${electron.source}), Node ${process.version}`);
    // The parts that need what is missing say so themselves.
    reportOnly(() => ensureSystem({ forTests: true }));
    return none;
  },
  build: async () => {
    await build({ ifNeeded: true });
    return none;
  },
  check: () => runChecks(say),
  unit: () => vitest('unit'),
  integration: () => vitest('integration'),
  e2e: playwright,
  torture,
};
const none = { passed: 0, failed: 0 };
const full = process.env.GAFFER_FULL === '1';
// The torture takes minutes: it belongs to CI, and to who asks for it.
const everything = [
  'install',
  'build',
  'check',
  'unit',
  'integration',
  'e2e',
  ...(full ? ['torture'] : []),
];
const wanted = {
  check: ['check', 'unit'],
  unit: ['unit'],
  integration: ['install', 'build', 'integration'],
  e2e: ['install', 'build', 'e2e'],
  torture: ['install', 'build', 'torture'],
};

async function vitest(project) {
  const report = fresh(`${project}.json`);
  const again = fresh(`${project}-again.json`);
  const own = path.join(root, 'scripts/lib/second-tries.mjs');
  const reporters = ['default', 'json', own].map((name) => `--reporter=${name}`);
  const args = [
    'run',
    '--project',
    project,
    '--passWithNoTests',
    ...reporters,
    `--outputFile.json=${report}`,
  ];
  const env = { ...process.env, GAFFER_SECOND_TRIES: again };
  const code = await runThrough(bin('vitest'), [...args, ...rest], { env, timeout: PART_WITHIN_MS });
  return countVitest(report, code, again);
}

/** All specs in three shards where each can have a display and a session bus of its own: most of the time is waiting. */
async function playwright() {
  const isWhole = rest.length === 0 && process.platform === 'linux' && !hasDisplay();
  const shards = isWhole ? [1, 2, 3].map((shard) => [`--shard=${shard}/3`]) : [rest];
  return sumOf(await Promise.all(shards.map(playwrightOn)));
}

async function playwrightOn(chosen, index) {
  const report = fresh(`e2e-${index + 1}.json`);
  const own = ['test', '--pass-with-no-tests', `--output=test-results/e2e-${index + 1}`];
  const { command, args } = withDisplay(bin('playwright'), [...own, ...chosen]);
  const env = { ...process.env, GAFFER_E2E_JSON: report };
  const code = await runThrough(command, args, { env, timeout: PART_WITHIN_MS });
  return countPlaywright(report, code);
}

/** What CI does of each; a full run is for who changes what is tortured. */
const tortures = [
  ['kill', '--count', '25', '--seed', '25'],
  ['kill', '--count', '3', '--seed', '7', '--postgres'],
  ['machine', '--count', '2000', '--seed', '2'],
  ['machine', '--count', '500', '--seed', '3', '--postgres'],
  ['stream', '--count', '8', '--seed', '1'],
  ['model', '--count', '1', '--seed', '1'],
  ['ssh', '--count', '8', '--seed', '1'],
  ['failpoints', '--count', '8', '--seed', '1'],
  ['power', '--count', '20', '--seed', '1'],
  ['restore', '--count', '6', '--seed', '1'],
  ['fuzz', '--count', '2000', '--seed', '1'],
];

/** By exit code: see torture/fate.ts. */
const fates = { 0: 'held', 3: 'not run' };

/** Those that kill windows, and the others beside them: most of both is waiting. */
async function torture() {
  const isKill = ([name]) => name === 'kill';
  const lanes = [tortures.filter(isKill), tortures.filter((asked) => !isKill(asked))];
  return sumOf(await Promise.all(lanes.map(tortureOneByOne)));
}

async function tortureOneByOne(lane) {
  const counted = { passed: 0, failed: 0, failures: [], notRun: [], again: [] };
  for (const asked of lane) {
    const { command, args } = withDisplay(bin('tsx'), ['torture/index.ts', ...asked]);
    const startedAt = performance.now();
    const code = await runThrough(command, args, { timeout: PART_WITHIN_MS });
    const fate = fates[code] ?? 'FAILED';
    if (fate === 'held') counted.passed += 1;
    else if (fate === 'not run') counted.notRun.push(`torture ${asked[0]}: see what it says`);
    else {
      counted.failed += 1;
      counted.failures.push(`torture ${asked.join(' ')}`);
    }
    const took = ((performance.now() - startedAt) / 1000).toFixed(0);
    say(`torture ${asked.join(' ')}: ${fate} after ${took} s`);
  }
  return counted;
}

function fresh(name) {
  fs.mkdirSync(reports, { recursive: true });
  const file = path.join(reports, name);
  fs.rmSync(file, { force: true });
  return file;
}

function reportOnly(work) {
  try {
    work();
  } catch (error) {
    say(error.message);
  }
}

async function runPart(name) {
  const startedAt = performance.now();
  say(`\n── ${name}`);
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const counted = await parts[name]();
    return { name, notRun: [], ...counted, seconds: seconds() };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say(text);
    return { name, passed: 0, failed: 1, failures: [text], notRun: [], seconds: seconds() };
  }
}

function summarize(done) {
  const row = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(9))).join('');
  say(`\n${row(['part', 'time', 'passed', 'failed', 'skipped'])}`);
  for (const { name, passed, failed, notRun, seconds } of done) {
    say(row([name, `${seconds.toFixed(1)} s`, String(passed), String(failed), String(notRun.length)]));
  }
}

async function main() {
  const names = asked === undefined ? everything : wanted[asked];
  if (names === undefined)
    throw new Error(`There is no part "${asked}": ${Object.keys(wanted).join(', ')}.`);
  const done = [];
  for (const name of names) {
    // What an older build would answer is no news of these sources.
    const isBuilt = done.every((part) => part.name !== 'build' || part.failed === 0);
    if (!isBuilt && OF_THE_BUILD.includes(name)) continue;
    const part = await runPart(name);
    done.push(part);
    // Without packages nothing else can say anything useful.
    if (name === 'install' && part.failed > 0) break;
  }
  summarize(done);
  const notRun = done.flatMap((part) => part.notRun);
  for (const line of [...notRunLines(notRun), ...failureLines(done)]) say(line);
  const sum = (key) => done.reduce((total, part) => total + part[key], 0);
  const failed = sum('failed') + (full ? notRun.length : 0);
  if (full && notRun.length > 0) say('GAFFER_FULL=1: what was not run counts as failed.');
  process.exitCode = failed > 0 ? 1 : 0;
  process.stdout.write(`${sum('passed')} passed, ${failed} failed\n`);
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
  process.stdout.write('0 passed, 1 failed\n');
}
