import { describe, expect, it } from 'vitest';
import { visiblePieces } from './visible-text.ts';

describe('text that asks for trust', () => {
  it.each([
    ['right-to-left override', '\u202e', 'U+202E'],
    ['zero-width space', '\u200b', 'U+200B'],
    ['escape', '\u001b', 'U+001B'],
    ['carriage return', '\r', 'U+000D'],
    ['byte order mark', '\ufeff', 'U+FEFF'],
    ['no-break space', '\u00a0', 'U+00A0'],
    ['isolate', '\u2066', 'U+2066'],
    ['tag', '\u{e0041}', 'U+E0041'],
  ])('shows a %s', (_name, char, shown) => {
    expect(visiblePieces(`rm${char}x`)).toEqual([
      { kind: 'text', text: 'rm' },
      { kind: 'hidden', text: shown },
      { kind: 'text', text: 'x' },
    ]);
  });

  it('leaves ordinary text, lines and tabs alone', () => {
    const text = 'echo "Grüße, 世界 👋"\n\tls -la';
    expect(visiblePieces(text)).toEqual([{ kind: 'text', text }]);
  });
});
