import { expect, it } from 'vitest';
// @ts-expect-error -- a script without types, as are all that run before there are any packages
import { numberedTests } from './numbered-tests.mjs';
// @ts-expect-error -- as above
import { regressions, withoutTest } from './regressions.mjs';

const find = (code: string) => numberedTests(code, 'a.test.ts') as { title: string; numbers: number[] }[];

it('takes numbers from the beginning of titles, several of one', () => {
  expect(find("it('#14 #15, #18 gives', () => {}); test(`#3 has ${1}`, async () => {})")).toEqual([
    { title: '#14 #15, #18 gives', numbers: [14, 15, 18] },
    { title: '#3 has …', numbers: [3] },
  ]);
});

it('takes them from the rows of a table', () => {
  const code = "it.each([['#93', 'a'], ['#94 b', 'c #95']])('%s %s', (a) => {})";
  expect(find(code)).toEqual([{ title: '%s %s', numbers: [93, 94] }]);
});

it('takes them from a group that has a test', () => {
  expect(find("describe('#7 a', () => { it('b', () => {}) })")).toEqual([{ title: '#7 a', numbers: [7] }]);
  expect(find("describe('#7 a', () => { it.skip('b', () => {}) })")).toEqual([]);
});

it.each([
  ['a comment', "// it('#1 a', () => {})"],
  ['a text', 'const a = "it(\'#1 a\', () => {})"'],
  [
    'a test that is switched off',
    "it.skip('#1 a', () => {}); test.fixme('#2 b', () => {}); it.todo('#3 c')",
  ],
  ['another function', "log('#1 a', () => {})"],
  ['a number in the middle', "it('see #1', () => {})"],
])('%s is no test', (_title, code) => {
  expect(find(code)).toEqual([]);
});

it('reads what only TypeScript without JSX can say, and JSX', () => {
  expect(find("it('#1 a', async () => { const f = async <T>(x: T) => x; })")).toHaveLength(1);
  expect(numberedTests("it('#1 a', () => { const x = <p>b</p>; })", 'a.test.tsx')).toHaveLength(1);
});

it('a test that runs only where it can is one', () => {
  expect(find("it.skipIf(windows)('#1 a', () => {}); it.runIf(linux)('#2 b', () => {})")).toHaveLength(2);
});

it('the list has every number once, and each reason belongs to one', () => {
  expect([...regressions.keys()]).toEqual(Array.from({ length: 351 }, (_, at) => at + 1));
  expect([...withoutTest.keys()].filter((number) => !regressions.has(number))).toEqual([]);
});
