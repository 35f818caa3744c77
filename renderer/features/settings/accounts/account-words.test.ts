import type { Account } from '@shared/model/account.ts';
import { PRESETS } from '@shared/model/account-preset.ts';
import { describe, expect, it } from 'vitest';
import { accountWords, needsKey } from './account-words.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');

const account: Account = {
  id: '5b1c1f44-6ab1-4d0c-9f9c-1d7b8b3d9b11' as Account['id'],
  kind: 'openai-compat',
  preset: 'openrouter',
  name: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  headers: {},
  proxy: '',
  apiVersion: '',
  source: 'user',
  enabled: true,
  hasKey: true,
  keyVariable: null,
  removable: true,
  local: false,
  check: null,
};
const refused = {
  at: '2026-11-28T11:58:00Z',
  tookMs: 12,
  models: null,
  problem: { short: 'key refused', message: '', detail: null },
};

describe('the second line of an account', () => {
  it.each<[Partial<Account>, string, string]>([
    [{}, 'added by you · openrouter.ai · 2 models', 'meta'],
    [{ source: 'env', baseUrl: '' }, 'from your environment · 2 models', 'meta'],
    [{ local: true, baseUrl: 'http://127.0.0.1:11434/v1' }, '127.0.0.1:11434 · 2 models', 'meta'],
    [{ kind: 'demo', preset: '', hasKey: false }, 'no key needed · 2 models', 'meta'],
    [{ check: refused }, 'key refused · checked 2 min ago', 'err'],
    [{ hasKey: false }, 'no key', 'err'],
    [{ hasKey: false, keyVariable: 'OPENROUTER_API_KEY' }, 'no key in OPENROUTER_API_KEY', 'err'],
    [{ hasKey: false, enabled: false }, 'not set up', 'meta'],
    [{ check: refused, enabled: false }, 'key refused · checked 2 min ago', 'meta'],
  ])('%j: “%s”', (change, text, tone) => {
    expect(accountWords({ ...account, ...change }, 2, NOW)).toEqual({ text, tone });
  });

  it('misses a key wherever the form asks for one', () => {
    for (const { id, kind, needsKey: asked } of PRESETS)
      expect([id, needsKey({ ...account, kind, preset: id === kind ? '' : id })]).toEqual([id, asked]);
  });
});
