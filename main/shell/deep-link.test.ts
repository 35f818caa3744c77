import { expect, test } from 'vitest';
import { isDeepLink, parseDeepLink } from './deep-link.ts';

const id = '5b1c1f44-6ab1-4d0c-9f9c-1d7b8b3d9b11';

test('a link fills in a new chat, or opens one', () => {
  expect(parseDeepLink('gaffer://new?prompt=Fix%20it%0Anow&folder=%2Fhome%2Fann%2Fapi')).toEqual({
    kind: 'new',
    prompt: 'Fix it\nnow',
    folder: '/home/ann/api',
  });
  expect(parseDeepLink(`gaffer://chat/${id.toUpperCase()}`)).toEqual({ kind: 'chat', chatId: id });
  expect(parseDeepLink(`gaffer:chat/${id}`)).toEqual({ kind: 'chat', chatId: id });
  expect(parseDeepLink('gaffer://new/')).toEqual({ kind: 'new', prompt: '', folder: null });
});

test.each([
  'gaffer://quit',
  'gaffer://chat/1',
  `gaffer://chat/${id}x`,
  'https://new?prompt=x',
  'gaffer://',
  'gaffer',
  `gaffer://new?prompt=${'x'.repeat(40_000)}`,
])('%s is nothing that Gaffer does', (text) => {
  expect(parseDeepLink(text)).toBeNull();
});

test('what hides or turns text around does not come in, and a folder is a whole path of this computer', () => {
  const hostile = encodeURIComponent('a\u202eb\u0000c\u200bd\re');
  expect(parseDeepLink(`gaffer://new?prompt=${hostile}`)).toMatchObject({ prompt: 'abcde' });
  const prompt = parseDeepLink(`gaffer://new?prompt=${'y'.repeat(25_000)}`);
  expect(prompt?.kind === 'new' && prompt.prompt.length).toBe(20_000);
  for (const folder of ['api', '../x', '//server/share', '\\\\server\\share', '/a\u0000b', '/a%0ab'])
    expect(
      parseDeepLink(`gaffer://new?folder=${folder.includes('%') ? folder : encodeURIComponent(folder)}`),
    ).toMatchObject({
      folder: null,
    });
  expect(parseDeepLink('gaffer://new?folder=%2Fa%2F..%2Fetc')).toMatchObject({ folder: '/etc' });
});

test('it is told from a folder on the command line', () => {
  expect(isDeepLink('Gaffer://new')).toBe(true);
  expect(isDeepLink('./gaffer')).toBe(false);
});
