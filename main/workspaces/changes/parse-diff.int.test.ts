import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDiff } from './parse-diff.ts';
import { parseSummary } from './parse-summary.ts';
import { unquotedPath } from './quoted-path.ts';

const text = (...lines: string[]) => `${lines.join('\n')}\n`;

describe('a path that git printed', () => {
  test('is what it was', () => {
    expect(unquotedPath('a b/ä.ts')).toBe('a b/ä.ts');
    expect(unquotedPath('"a \\"b\\"\\\\\\t\\n\\303\\244ä.ts"')).toBe('a "b"\\\t\nää.ts');
    expect(unquotedPath('"\\033[31m"')).toBe('\u001b[31m');
    expect(unquotedPath('"')).toBe('"');
  });
});

describe('a diff', () => {
  test('of text: hunks with their places, no line feed at the end, carriage returns', () => {
    const [section] = parseDiff(
      text(
        'diff --git a/a.ts b/a.ts',
        'index 1..2 100644',
        '--- a/a.ts',
        '+++ b/a.ts',
        '@@ -1,2 +1 @@',
        '-one\r',
        '---- two',
        '\\ No newline at end of file',
        '++++ b/other',
        '@@ -10 +9,2 @@ function f() {',
        ' ten',
        '+diff --git a/x b/x',
      ),
    );
    expect(section).toMatchObject({
      path: 'a.ts',
      binary: false,
      hunks: [
        {
          oldStart: 1,
          newStart: 1,
          heading: '',
          lines: ['-one\r', '---- two', '\\ No newline at end of file', '++++ b/other'],
        },
        {
          oldStart: 10,
          newStart: 9,
          heading: 'function f() {',
          lines: [' ten', '+diff --git a/x b/x'],
        },
      ],
    });
  });

  test('no sign of another line end can begin a section', () => {
    for (const end of ['\r', '\u2028', '\u2029', '\u0085', '\v']) {
      const sections = parseDiff(
        text(
          'diff --git a/a b/a',
          '--- a/a',
          '+++ b/a',
          '@@ -0,0 +1 @@',
          `+x${end}diff --git a/b b/b${end}@@ -1 +1 @@`,
        ),
      );
      expect(sections.map((section) => section.path)).toEqual(['a']);
      expect(sections[0]?.hunks[0]?.lines).toHaveLength(1);
    }
  });

  test('never throws', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'diff --git ',
        '@@ -1 +1 @@',
        '--- a/x',
        '+++ b/x',
        'rename to "x',
        ':100644',
        '-\t-\tx',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { rest } = parseSummary(lines.join('\n'));
        expect(parseDiff(rest).length).toBeLessThanOrEqual(lines.length + 1);
      }),
    );
  });
});

/** What git itself prints of a tree, as the agent asks it to. */
function printed(make: (root: string, git: (...args: string[]) => string) => void): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'gaffer-diff-'));
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    git('init', '--quiet', '--initial-branch=main');
    make(root, git);
    git('add', '--all');
    const options = ['--raw', '--numstat', '--patch', '--find-renames', '--no-ext-diff'];
    return git('-c', 'core.quotePath=false', 'diff', ...options, 'HEAD');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const HARD_NAMES = [
  '-dash',
  '"quoted"',
  "it's",
  'a b  c ',
  'tab\there',
  'line\nfeed',
  'diff --git a/x b/x',
  '\u202egnp.exe',
  'line\u2028separator',
  '\\back',
  'ümläut/größe.txt',
  'a => b',
  '{a => b}',
  'a b/c b/a b/c',
];

test('hard names come out of a real diff as they are, each with its counts and its section', () => {
  const out = printed((root, git) => {
    git('commit', '--quiet', '--allow-empty', '-m', 'one');
    for (const name of HARD_NAMES) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), `${name}\n`);
    }
  });
  const { files, rest } = parseSummary(out);
  expect(files.map((file) => file.path).toSorted()).toEqual(HARD_NAMES.toSorted());
  const sections = parseDiff(rest);
  expect(sections.map((section) => section.path).toSorted()).toEqual(HARD_NAMES.toSorted());
  for (const file of files) {
    expect(file).toMatchObject({ status: 'added', removed: 0, added: file.path.split('\n').length });
    const section = sections.find((one) => one.path === file.path);
    expect(section?.hunks[0]?.lines.join('\n')).toBe(`+${file.path.replaceAll('\n', '\n+')}`);
  }
});

test('renames, copies of nothing, modes, links, binaries and empty files of a real diff', () => {
  const out = printed((root, git) => {
    const at = (name: string) => path.join(root, name);
    writeFileSync(at('old name'), 'one\ntwo\nthree\nfour\nfive\n');
    writeFileSync(at('moved only'), 'a\nb\nc\nd\n');
    writeFileSync(at('script'), 'x\n');
    writeFileSync(at('link'), 'text\n');
    writeFileSync(at('bin'), Uint8Array.from([0, 1, 2]));
    writeFileSync(at('gone'), 'gone');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
    git('mv', 'old name', 'new "name"');
    writeFileSync(at('new "name"'), 'one\ntwo\ndrei\nfour\nfive\n');
    git('mv', 'moved only', 'moved\tonly');
    chmodSync(at('script'), 0o755);
    rmSync(at('link'));
    symlinkSync('script', at('link'));
    writeFileSync(at('bin'), Uint8Array.from([0, 1, 3]));
    rmSync(at('gone'));
    writeFileSync(at('empty'), '');
  });
  const { files, rest } = parseSummary(out);
  const of = (name: string) => files.find((file) => file.path === name);
  expect(of('new "name"')).toMatchObject({ status: 'renamed', from: 'old name', added: 1, removed: 1 });
  expect(of('moved\tonly')).toMatchObject({ status: 'renamed', from: 'moved only', added: 0, removed: 0 });
  expect(of('script')).toMatchObject({ status: 'modified', added: 0 });
  expect(of('link')).toMatchObject({ status: 'type-changed', added: 1, removed: 1 });
  expect(of('bin')).toMatchObject({ status: 'modified', binary: true });
  expect(of('gone')).toMatchObject({ status: 'deleted', removed: 1 });
  expect(of('empty')).toMatchObject({ status: 'added', added: 0 });
  const sections = parseDiff(rest);
  const section = (name: string) => sections.filter((one) => one.path === name);
  expect(section('script')).toMatchObject([{ oldMode: '100644', newMode: '100755', hunks: [] }]);
  expect(section('link')).toMatchObject([
    { oldMode: '100644', hunks: [{ lines: ['-text'] }] },
    { newMode: '120000', hunks: [{ lines: ['+script', '\\ No newline at end of file'] }] },
  ]);
  expect(section('bin')).toMatchObject([{ binary: true, hunks: [] }]);
  expect(section('moved\tonly')).toMatchObject([{ hunks: [] }]);
  expect(section('gone')).toMatchObject([{ oldMode: '100644' }]);
  expect(section('empty')).toMatchObject([{ newMode: '100644', hunks: [] }]);
});
