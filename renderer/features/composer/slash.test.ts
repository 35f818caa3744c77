import { expect, it } from 'vitest';
import { slashMatches } from './slash.ts';

const names = (text: string) => slashMatches(text).map((command) => command.name);

it('offers what the typed letters may become', () => {
  expect(names('/')).toContain('archive');
  expect(names('/c')).toEqual(['compact', 'clear', 'copy', 'changes']);
  expect(names('/co')).toEqual(['compact', 'copy']);
  expect(names('/CLEAR')).toEqual(['clear']);
  expect(names('/compact ')).toEqual(['compact']);
});

it('leaves words that only begin with a slash to the agent', () => {
  for (const text of ['', 'compact', '/usr/bin', '/compact the disk', '/x', ' /compact', '/compact\nnow'])
    expect(names(text)).toEqual([]);
});
