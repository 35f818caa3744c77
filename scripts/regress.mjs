// npm run regress: each known behaviour with the tests that stand for it, or the reason why it has none. `--open`
// prints only what is missing, `--write` renews the tables of docs/regressions.md. Ends with 1 when one has neither.
import fs from 'node:fs';
import path from 'node:path';
import { numberedTests, testFiles } from './lib/numbered-tests.mjs';
import { regressions, sectionOf, withoutTest } from './lib/regressions.mjs';
import { renewed } from './lib/regressions-document.mjs';
import { root, say } from './lib/run.mjs';

const onlyOpen = process.argv.includes('--open');

const document = path.join(root, 'docs/regressions.md');

/** number → [{ file, title }, …] */
function findTests() {
  const found = new Map();
  for (const file of testFiles(root)) {
    const code = fs.readFileSync(path.join(root, file), 'utf8');
    for (const { title, numbers } of numberedTests(code, file)) {
      for (const number of numbers) {
        found.set(number, [...(found.get(number) ?? []), { file, title }]);
      }
    }
  }
  return found;
}

function run() {
  const tests = findTests();
  if (process.argv.includes('--write'))
    fs.writeFileSync(document, renewed(fs.readFileSync(document, 'utf8'), tests));
  const count = { tested: 0, reasoned: 0, open: 0 };
  let section = '';
  for (const [number, name] of regressions) {
    const own = tests.get(number) ?? [];
    const reason = withoutTest.get(number);
    const state = own.length > 0 ? 'tested' : reason === undefined ? 'open' : 'reasoned';
    count[state] += 1;
    if (onlyOpen && state !== 'open') continue;
    if (section !== sectionOf(number)) {
      section = sectionOf(number);
      say(`\n${section}`);
    }
    say(`${state === 'open' ? '✗' : ' '} #${String(number).padEnd(4)}${name}`);
    if (state === 'tested') for (const { file, title } of own) say(`         ${file}: ${title}`);
    else say(`         ${reason ?? 'NO TEST'}`);
  }
  const unknown = [...tests.keys()].filter((number) => !regressions.has(number));
  for (const number of unknown) say(`✗ #${number} is no known number: ${tests.get(number)[0].file}`);
  say(
    `\n${regressions.size} numbers: ${count.tested} with a test, ${count.reasoned} with a reason, ${count.open} open`,
  );
  return count.open + unknown.length;
}

process.exitCode = run() > 0 ? 1 : 0;
