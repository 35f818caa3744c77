import { describe, expect, it } from 'vitest';
import { colourLine } from './syntax.ts';

describe('light colouring', () => {
  it('tells keywords, calls, strings, numbers and comments', () => {
    const spans = colourLine("const row = await load('seat', 42) // why").filter((s) => s.kind !== null);
    expect(spans).toEqual([
      { text: 'const', kind: 'kw' },
      { text: 'await', kind: 'kw' },
      { text: 'load', kind: 'fn' },
      { text: "'seat'", kind: 'st' },
      { text: '42', kind: 'nu' },
      { text: '// why', kind: 'co' },
    ]);
  });

  it.each(['', 'x', "it's", '`open ${a', 'a "b', '/* c */ d', 'é(ü)', 'x'.repeat(5000)])(
    'keeps %j whole',
    (line) => {
      expect(
        colourLine(line)
          .map((s) => s.text)
          .join(''),
      ).toBe(line);
    },
  );
});
