import { describe, expect, it } from 'vitest';
import { pieces, rank } from './rank.ts';

interface Thing {
  readonly title: string;
  readonly words: string;
  readonly age?: number;
}

const thing = (title: string, words = '', age = 0): Thing => ({ title, words, age });
const find = (query: string, things: readonly Thing[], limit = 20) =>
  rank(query, things, {
    texts: [(t) => t.title, (t) => t.words],
    weight: (t) => 1 - (t.age ?? 0) / 100,
    limit,
  });
const titles = (query: string, things: readonly Thing[]) =>
  find(query, things).map(({ item }) => item.title);

const THINGS = [
  thing('New chat'),
  thing('Next chat'),
  thing('Theme: dark', 'colour appearance'),
  thing('Toggle inspector'),
  thing('Open inbox'),
];

describe('what was typed finds', () => {
  it('beginnings of words, in any order, before letters in between', () => {
    expect(titles('tog insp', THINGS)).toEqual(['Toggle inspector']);
    expect(titles('insp tog', THINGS)).toEqual(['Toggle inspector']);
    expect(titles('inb', THINGS)[0]).toBe('Open inbox');
    expect(titles('nwch', THINGS)).toEqual(['New chat']);
    expect(titles('xyz', THINGS)).toEqual([]);
  });

  it('by further words, which are not shown', () => {
    const [dark] = find('colour', THINGS);
    expect(dark?.item.title).toBe('Theme: dark');
    expect(dark?.marks[0]).toEqual([]);
  });

  it('by what it is called before what it is only found by', () => {
    const things = [thing('Regenerate title', 'rename name'), thing('Rename chat', 'title name')];
    expect(titles('rename', things)).toEqual(['Rename chat', 'Regenerate title']);
    expect(titles('title', things)).toEqual(['Regenerate title', 'Rename chat']);
  });

  it('of two that match alike the newer one first', () => {
    expect(titles('fix', [thing('Fix the build', '', 5), thing('Fix the tests', '', 0)])[0]).toBe(
      'Fix the tests',
    );
  });

  it('the letters that matched, to be marked', () => {
    const [found] = find('insp', THINGS);
    expect(pieces(found?.item.title ?? '', found?.marks[0] ?? [])).toEqual([
      { text: 'Toggle ', marked: false },
      { text: 'insp', marked: true },
      { text: 'ector', marked: false },
    ]);
    expect(pieces('', [])).toEqual([]);
  });

  it('no more than asked for, of very many', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => thing(`Chat number ${i}`));
    expect(find('number 4', many, 30)).toHaveLength(30);
  });
});
