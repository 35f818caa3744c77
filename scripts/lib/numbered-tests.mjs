// Finds the tests whose titles begin with numbers (`#14 #15 …`), by reading the files' syntax: what stands in a
// comment, or in a test that is switched off, is no test.
import fs from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vite';

const testFile = /(\.test\.tsx?|\.spec\.ts)$/;
const skippedFolders = new Set(['node_modules', 'out', 'test-results', '.git']);
const runners = new Set(['it', 'test', 'describe']);
/** A test behind one of these does not run. */
const off = new Set(['skip', 'todo', 'fixme']);

/** Every test file below `root`, relative to it. */
export function testFiles(root) {
  const found = [];
  const look = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) look(name);
      else if (entry.isFile() && testFile.test(entry.name)) found.push(name);
    }
  };
  look('');
  return found.sort((a, b) => a.localeCompare(b));
}

/** `[{ title, numbers }]` of the text of a file with this name. A group's number counts for the group when it has a test. */
export function numberedTests(code, file) {
  const tests = [];
  visit(parseAst(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' }), (call) => {
    const runner = runnerOf(call.callee);
    if (runner === null || runner.off || !call.arguments.some(isFunction)) return;
    if (runner.name === 'describe' && !holdsTest(call)) return;
    const title = textOf(call.arguments[0]) ?? '';
    const rows = runner.table === null ? [] : textsBelow(runner.table);
    const numbers = new Set([title, ...rows].flatMap(leadingNumbers));
    if (numbers.size > 0) tests.push({ title, numbers: [...numbers] });
  });
  return tests;
}

/** `it`, `it.only`, `test.describe`, `it.each(table)`, `it.runIf(x)` …; null when it is none. */
function runnerOf(callee) {
  const words = [];
  let table = null;
  let at = callee;
  for (;;) {
    if (at.type === 'CallExpression') {
      if (lastWord(at.callee) === 'each' || lastWord(at.callee) === 'for') table = at.arguments[0] ?? null;
      at = at.callee;
    } else if (at.type === 'TaggedTemplateExpression') {
      table = at.quasi;
      at = at.tag;
    } else if (at.type === 'MemberExpression') {
      words.unshift(at.property.name);
      at = at.object;
    } else break;
  }
  if (at.type !== 'Identifier' || !runners.has(at.name)) return null;
  const name = words.includes('describe') ? 'describe' : at.name;
  return { name, table, off: words.some((word) => off.has(word)) };
}

function lastWord(callee) {
  return callee.type === 'MemberExpression' ? callee.property.name : null;
}

function isFunction(node) {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

function holdsTest(describe) {
  let found = false;
  for (const argument of describe.arguments) {
    visit(argument, (call) => {
      const runner = runnerOf(call.callee);
      if (runner !== null && !runner.off && runner.name !== 'describe') found = true;
    });
  }
  return found;
}

function visit(node, onCall) {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, onCall);
  } else if (typeof node === 'object' && node !== null) {
    if (node.type === 'CallExpression') onCall(node);
    for (const value of Object.values(node)) visit(value, onCall);
  }
}

/** The beginning of a title that is put together. */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join('…');
  return node?.type === 'BinaryExpression' ? textOf(node.left) : null;
}

function textsBelow(node) {
  if (Array.isArray(node)) return node.flatMap(textsBelow);
  if (typeof node !== 'object' || node === null) return [];
  const own = textOf(node);
  return own === null ? Object.values(node).flatMap(textsBelow) : [own];
}

function leadingNumbers(text) {
  const [start] = /^(#\d+\b[ ,]*)*/.exec(text) ?? [''];
  return [...start.matchAll(/#(\d+)/g)].map(([, digits]) => Number(digits));
}
