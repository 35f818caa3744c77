import { describe, expect, it } from 'vitest';
import { accountsContract } from './accounts.ts';
import { accountProblems, headerLines, type NewAccount, parseHeaders } from './new-account.ts';

const local: NewAccount = {
  kind: 'openai-compat',
  name: 'Local',
  baseUrl: 'http://127.0.0.1:8080/v1',
  key: '',
  models: ['llama'],
};
const official: NewAccount = { kind: 'anthropic', name: 'Work', baseUrl: '', key: 'sk-1', models: [] };

function fields(account: NewAccount): string[] {
  return accountProblems(account).map(({ field }) => field);
}

describe('a new account', () => {
  it.each<[string, NewAccount, string[]]>([
    ['a compatible server needs no key', local, []],
    ['an official one needs no address and no models', official, []],
    ['an official one may have a gateway', { ...official, baseUrl: 'https://gateway.example' }, []],
    [
      'a compatible server without anything',
      { ...local, name: '', baseUrl: '', models: [] },
      ['name', 'baseUrl'],
    ],
    ['the other compatible kind', { ...local, kind: 'anthropic-compat', baseUrl: '' }, ['baseUrl']],
    ['an official one without a key', { ...official, key: '' }, ['key']],
    ['the other official kind', { ...official, kind: 'openai', key: '' }, ['key']],
    ['no scheme', { ...local, baseUrl: '127.0.0.1:8080' }, ['baseUrl']],
    ['another scheme', { ...local, baseUrl: 'file:///etc/passwd' }, ['baseUrl']],
    ['no host', { ...local, baseUrl: 'http://' }, ['baseUrl']],
    ['a name that is too long', { ...local, name: 'x'.repeat(81) }, ['name']],
    ['a key that is too long', { ...local, key: 'x'.repeat(2001) }, ['key']],
    ['a deployment is missing', { ...local, baseUrl: 'https://me.openai.azure.com/' }, ['baseUrl']],
    ['a key with a line break in it', { ...official, key: 'sk-1\nsk-2' }, ['key']],
    ['a header that takes the key', { ...local, headers: { 'api-key': '{key}' } }, []],
    ['a secret in a header', { ...local, headers: { Authorization: 'Bearer sk-1' } }, ['headers']],
    ['a line that is no header', { ...local, headers: parseHeaders('X-Team: a\nnonsense') }, ['headers']],
    ['a proxy', { ...local, proxy: 'http://proxy.example.com:3128' }, []],
    ['a proxy with a password', { ...local, proxy: 'http://me:pw@proxy.example.com' }, ['proxy']],
    ['no proxy', { ...local, proxy: 'proxy:3128' }, ['proxy']],
    ['a version', { ...local, apiVersion: '2024-10-21' }, []],
    ['no version', { ...local, apiVersion: '2024 10 21' }, ['apiVersion']],
    ['too many models', { ...local, models: Array.from({ length: 51 }, (_, i) => `m${i}`) }, ['models']],
    ['a model that is too long', { ...local, models: ['x'.repeat(201)] }, ['models']],
  ])('%s', (_title, account, expected) => {
    expect(fields(account)).toEqual(expected);
  });

  it('is refused by the contract with the same sentence', () => {
    const answer = accountsContract['accounts.add'].input.safeParse({ ...official, key: '   ' });
    expect(answer.error?.issues).toMatchObject([
      { code: 'custom', path: ['key'], message: 'Give the key of the account.' },
    ]);
    const wrongPort = { ...local, baseUrl: 'http://127.0.0.1:808080' };
    expect(accountsContract['accounts.add'].input.safeParse(wrongPort).error?.issues).toMatchObject([
      { code: 'custom', path: ['baseUrl'] },
    ]);
    const { input } = accountsContract['accounts.add'];
    expect(input.safeParse({ kind: 'openai-compat', name: 'X', key: '' }).success).toBe(false);
    expect(input.parse({ ...local, baseUrl: ' http://127.0.0.1:8080/v1 ' })).toEqual(local);
  });

  it('takes headers as lines and gives them back', () => {
    const headers = parseHeaders(' X-Team: core \n\nX-Time:12:30');
    expect(headers).toEqual({ 'X-Team': 'core', 'X-Time': '12:30' });
    expect(parseHeaders(headerLines(headers))).toEqual(headers);
  });
});
