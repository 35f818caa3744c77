import { asId, type TerminalId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { describe, expect, test } from 'vitest';
import { cleanPaste, cleanTitle, endWords, gapNotice, tabNames } from './terminal-text.ts';

describe('a title', () => {
  test('is one line of what can be seen', () => {
    expect(cleanTitle('vim – notes.md')).toBe('vim – notes.md');
    expect(cleanTitle('a\tb\r\nc\u0007\u001b[31md')).toBe('a b c [31md');
    expect(cleanTitle('safe\u202Egnp.exe\u200B ')).toBe('safe gnp.exe');
    expect(cleanTitle('\u0000\u200B ')).toBe('');
  });

  test('is cut', () => {
    expect(cleanTitle('x'.repeat(500))).toBe(`${'x'.repeat(60)}…`);
  });
});

test('a paste types text and does nothing else', () => {
  expect(cleanPaste('ls -l\n\tcd ü\r\n')).toBe('ls -l\n\tcd ü\r\n');
  expect(cleanPaste('echo\u001b[201~; rm -rf x\u0003\u0008\u009b201~')).toBe('echo[201~; rm -rf x201~');
});

test('tabs of one name are told apart', () => {
  const row = (id: string, title: string) => ({ id: asId<TerminalId>(id), title }) as TerminalSummary;
  const list = [row('1', 'bash'), row('2', 'bash'), row('3', 'zsh'), row('4', 'bash')];
  expect(tabNames(list, new Map())).toEqual(['bash', 'bash (2)', 'zsh', 'bash (3)']);
  expect(tabNames(list, new Map([['2', 'top']]))).toEqual(['bash', 'top', 'zsh', 'bash (2)']);
  expect(tabNames(list, new Map([['2', '']]))[1]).toBe('bash (2)');
});

test('each end has its words', () => {
  expect(endWords({ state: 'running', exitCode: null })).toBeNull();
  expect(endWords({ state: 'ended', exitCode: 7 })).toBe('Ended with exit code 7');
  expect(endWords({ state: 'ended', exitCode: null })).toBe('Ended');
  expect(endWords({ state: 'lost', exitCode: null })).toContain('workspace agent ended');
  expect(endWords({ state: 'elsewhere', exitCode: null })).toContain('earlier version');
});

test('a gap says how much is missing', () => {
  expect(gapNotice(3 * 1024 * 1024)).toContain('… 3.0 MB are no longer kept …');
});
