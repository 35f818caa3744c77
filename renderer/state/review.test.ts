import { describe, expect, test } from 'vitest';
import { type LineComment, quoteOf, readReview, withQuotes } from './review.ts';

const comment: LineComment = {
  id: '1',
  path: 'src/a.ts',
  side: 'new',
  from: 2,
  to: 3,
  lines: ['-a', '+b', ' c'],
  text: 'Why? ',
};

describe('a comment in a message', () => {
  test('says where, which lines, and what', () => {
    expect(quoteOf(comment)).toBe('`src/a.ts:2-3`\n```diff\n-a\n+b\n c\n```\nWhy?');
    expect(quoteOf({ ...comment, side: 'old', to: 2, lines: ['-a'] })).toBe(
      '`src/a.ts:2` (before the change)\n```diff\n-a\n```\nWhy?',
    );
  });

  test('stays well formed with fences, hard names and very many lines', () => {
    expect(quoteOf({ ...comment, lines: ['+````'] })).toContain('`````diff\n+````\n`````');
    expect(quoteOf({ ...comment, path: 'a`\nb' })).toContain('`"a`\\nb":2-3`');
    const many = quoteOf({ ...comment, lines: Array.from({ length: 100 }, () => '+x') });
    expect(many).toContain('… 60 more lines');
  });

  test('comes behind what is written, and several part by an empty line', () => {
    expect(withQuotes('', [comment])).toBe(`${quoteOf(comment)}\n`);
    expect(withQuotes('Please:\n', [comment, comment])).toBe(
      `Please:\n\n${quoteOf(comment)}\n\n${quoteOf(comment)}\n`,
    );
  });
});

test('what is kept is read back, and what is none is passed over', () => {
  const kept = JSON.stringify({
    read: { a: 's', b: 1 },
    comments: [comment, { ...comment, from: 'x' }, null],
  });
  expect(readReview(kept)).toEqual({ read: { a: 's' }, comments: [comment] });
  for (const text of ['', '{', 'null', '[]', '{"read":"ab","comments":{}}'])
    expect(readReview(text).comments).toEqual([]);
});
