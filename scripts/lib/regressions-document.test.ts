import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
// @ts-expect-error -- a script without types, as are all that run before there are any packages
import { regressions } from './regressions.mjs';
// @ts-expect-error -- as above
import { holds, named, renewed } from './regressions-document.mjs';
// @ts-expect-error -- as above
import { root } from './run.mjs';

const document = fs.readFileSync(path.join(root, 'docs/regressions.md'), 'utf8');

it('the document names files that are there, and titles that stand in them', () => {
  const claims = named(document) as { file: string; title: string | null }[];
  expect(claims.filter(({ title }) => title !== null).length).toBeGreaterThan(regressions.size);
  const untrue = claims.filter(({ file, title }) => {
    const place = path.join(root, file);
    return !fs.existsSync(place) || (title !== null && !holds(fs.readFileSync(place, 'utf8'), title));
  });
  expect(untrue).toEqual([]);
});

it('the document has every number, and every trap, once', () => {
  const numbers = [...document.matchAll(/^\| (\d+) \|/gm)].map(([, digits]) => Number(digits));
  const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);
  expect(numbers).toEqual([...upTo(regressions.size), ...upTo(32)]);
});

it('a title that is not there is noticed, one that is filled in is found', () => {
  const claim = { file: 'a/b.test.ts', title: '#1 once and … more' };
  expect(named('| 1 | x | `a/b.test.ts`: #1 once and … more |')).toContainEqual(claim);
  expect(holds('test(`#1 once and ${n} more`, f)', claim.title)).toBe(true);
  expect(holds('test(`#1 twice`, f)', claim.title)).toBe(false);
  expect(holds("['#93', 'overloaded']", 'the rows that begin with #93')).toBe(true);
  expect(holds("['#930', 'overloaded']", 'the rows that begin with #93')).toBe(false);
});

it('the tables are renewed between their marks, and nothing else is', () => {
  const tests = new Map([[1, [{ file: 'a/b.test.ts', title: '#1 one' }]]]);
  const begin = '<!-- written by npm run regress -- --write -->';
  const again = renewed(`before\n${begin}what was there<!-- end -->\nafter`, tests) as string;
  expect(again).toMatch(/^before\n/);
  expect(again).toMatch(/\nafter$/);
  expect(again).toContain('`a/b.test.ts`: #1 one |');
  expect(again).not.toContain('what was there');
});
