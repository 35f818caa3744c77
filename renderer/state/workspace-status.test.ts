import { expect, test } from 'vitest';
import { placeLook } from './workspace-status.ts';

type Place = Parameters<typeof placeLook>[0];
const up: Place['link'] = { state: 'up' };
const lost: Place['link'] = { state: 'down', message: 'No.', final: true, retryAt: null };

const CASES: readonly (Place & { readonly looks: readonly string[] })[] = [
  { state: 'provisioning', script: 'provision', link: up, looks: ['being made', 'beat', 'acc'] },
  { state: 'provisioning', script: 'start', link: up, looks: ['starting', 'beat', 'acc'] },
  { state: 'running', script: null, link: up, looks: ['', 'link', 'faint'] },
  { state: 'running', script: 'stop', link: up, looks: ['stopping', 'beat', 'acc'] },
  { state: 'running', script: 'remove', link: up, looks: ['being removed', 'beat', 'acc'] },
  { state: 'unreachable', script: null, link: lost, looks: ['unreachable', 'link', 'faint'] },
  { state: 'stopped', script: null, link: up, looks: ['stopped', 'square', 'faint'] },
  { state: 'failed', script: null, link: up, looks: ['failed', 'cross', 'err'] },
  { state: 'removed', script: null, link: up, looks: ['gone', 'cross', 'err'] },
];

test.each(CASES)('a workspace that is $state and runs $script says so', ({ looks, ...place }) => {
  const [words, glyph, tone] = looks;
  expect(placeLook(place)).toEqual({ words, glyph, tone });
});
