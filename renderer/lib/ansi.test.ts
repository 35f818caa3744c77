import { describe, expect, it } from 'vitest';
import { parseAnsi, plainText } from './ansi.ts';

const E = '\u001b';

describe('terminal output', () => {
  it('splits lines and colours', () => {
    const [first, second] = parseAnsi(`${E}[31mred${E}[0m plain\n${E}[1;92mbold green`);
    expect(first).toEqual([
      { text: 'red', color: 1, bold: false, dim: false },
      { text: ' plain', color: null, bold: false, dim: false },
    ]);
    expect(second).toEqual([{ text: 'bold green', color: 10, bold: true, dim: false }]);
  });

  it('carries a colour over the end of a line', () => {
    expect(parseAnsi(`${E}[2ma\nb`)[1]).toEqual([{ text: 'b', color: null, bold: false, dim: true }]);
  });

  it('understands indexed and true colour without losing count', () => {
    expect(parseAnsi(`${E}[38;5;9;1mx`)[0]?.[0]).toEqual({ text: 'x', color: 9, bold: true, dim: false });
    expect(parseAnsi(`${E}[38;2;1;2;3;1mx`)[0]?.[0]).toEqual({
      text: 'x',
      color: null,
      bold: true,
      dim: false,
    });
  });

  it.each([
    ['a title', `${E}]0;evil title\u0007done`],
    ['a clipboard write', `${E}]52;c;ZXZpbA==${E}\\done`],
    ['a link', `${E}]8;;https://evil.example${E}\\done${E}]8;;${E}\\`],
    ['cursor and screen', `${E}[2J${E}[1;1H${E}[?25ldone`],
    ['a device control', `${E}Pq#0;2;0;0;0${E}\\done`],
    ['a reset', `${E}cdone`],
    ['a charset', `${E}(Bdone`],
    ['control characters', 'do\u0000\u0007\u0008ne'],
    ['C1 controls', '\u009bdo\u0085ne'],
    ['an unfinished title', `done${E}]0;never ends`],
    ['an unfinished escape', `done${E}`],
  ])('filters %s', (_name, text) => {
    expect(plainText(text)).toBe('done');
  });

  it('shows the last state of a line that was written over', () => {
    expect(plainText('10%\r50%\r100%\r\nnext')).toBe('100%\nnext');
  });

  it('takes a megabyte of hostile output without a stall', () => {
    const text = `${E}]`.repeat(200_000) + `${E}[`.repeat(200_000);
    expect(plainText(text).length).toBeLessThan(text.length);
  });
});
