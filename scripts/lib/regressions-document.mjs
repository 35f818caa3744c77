// The tables of docs/regressions.md: `npm run regress -- --write` puts them between its two marks.
import { differences, regressions, sections, withoutTest } from './regressions.mjs';

const BEGIN = '<!-- written by npm run regress -- --write -->';
const END = '<!-- end -->';

/** `tests`: number → [{ file, title }, …]. The document with its tables renewed. */
export function renewed(document, tests) {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/regressions.md lacks its marks ${BEGIN} and ${END}.`);
  return `${before}${BEGIN}\n${sections.map((section, at) => table(section, at, tests)).join('\n')}${END}${after}`;
}

function table({ from, title }, at, tests) {
  const next = sections[at + 1]?.from ?? regressions.size + 1;
  const numbers = [...regressions.keys()].filter((number) => from <= number && number < next);
  const rows = numbers.map(
    (number) => `| ${number} | ${regressions.get(number)} | ${shownBy(number, tests)} |`,
  );
  return `\n## 13.${at + 1} ${title}\n\n| # | behaviour | shown by |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function shownBy(number, tests) {
  const named = (tests.get(number) ?? []).map(({ file, title }) => `\`${file}\`: ${told(title, number)}`);
  const reason = withoutTest.get(number);
  const difference = differences.get(number);
  return [...named, ...(reason ? [reason] : []), ...(difference ? [`Here: ${difference}`] : [])].join(
    '<br>',
  );
}

/** A title that a table of rows fills in says nothing by itself. */
function told(title, number) {
  return title.startsWith('#') ? title.replaceAll('|', '\\|') : `the rows that begin with #${number}`;
}

/** What a document names: `[{ file, title }]`; title null: the file alone. */
export function named(document) {
  const tests = [...document.matchAll(/`([\w./-]+\.(?:test|spec)\.tsx?)`: (.+?)(?=<br>|;? `| \|)/g)];
  const all = [
    ...document.matchAll(/`((?:agent|bench|e2e|main|preload|renderer|scripts|shared|torture)\/[\w./-]+)`/g),
  ];
  return [
    ...tests.map(([, file, title]) => ({ file, title: title.replaceAll('\\|', '|') })),
    ...all.map(([, file]) => ({ file, title: null })),
  ];
}

/** Whether a file's text holds a test of that title, as `numberedTests` writes it. */
export function holds(code, title) {
  const row = /^the rows that begin with (#\d+)$/.exec(title);
  if (row) return new RegExp(`['"\`]${row[1]}\\b`).test(code);
  return title.split('…').every((piece) => code.includes(piece.trim()));
}
