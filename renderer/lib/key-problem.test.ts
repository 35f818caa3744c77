import { expect, it } from 'vitest';
import { keyProblem } from './key-problem.ts';

it('refuses what moves about, and what the system’s menu means', () => {
  for (const keys of ['Tab', 'Shift+Tab', 'Enter', 'Escape', 'Up', 'Mod+Q', 'Mod+W'])
    expect(keyProblem(keys, 'linux')?.kind).toBe('refused');
  expect(keyProblem('Escape', 'linux')?.text).toBe('Esc is needed to move about and to choose.');
  expect(keyProblem('Mod+H', 'darwin')?.kind).toBe('refused');
});

it('says where a shortcut will not work', () => {
  expect(keyProblem('G', 'linux')).toEqual({
    kind: 'limited',
    text: 'While you write, G stays with the text.',
  });
  expect(keyProblem('Mod+C', 'darwin')?.text).toBe('While you write, ⌘C stays with the text.');
});

it('has nothing against the rest', () => {
  for (const keys of ['Mod+Shift+K', 'Mod+.', 'Mod+Tab', 'Mod+H'])
    expect(keyProblem(keys, 'linux')).toBe(null);
});
