import { expect, test } from 'vitest';
import { fileName, typeOf } from './file-type.ts';

const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const typed = (name: string, bytes: Uint8Array) => {
  const answer = typeOf(name, bytes);
  return answer.ok ? answer.value.mediaType : answer.error;
};

test.each([
  ['a.png', '\x89PNG\r\n\x1a\n\0\0', 'image/png'],
  ['a.txt', '\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
  ['a.gif', 'GIF89a\x01\0', 'image/gif'],
  ['a', 'RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
  ['a.json', '%PDF-1.7\n%\xe2\xe3', 'application/pdf'],
  ['a.png', 'plain words', 'text/plain'],
  ['a.JSON', '{"a":1}', 'application/json'],
  ['a.csv', 'a,b\n1,2', 'text/csv'],
  ['README.markdown', '# Hi', 'text/markdown'],
  ['main.rs', 'fn main() {}', 'text/plain'],
  ['drawing.svg', '<svg/>', 'text/plain'],
  ['a.txt', 'RIFF\x24\0\0\0WAVE', 'unsupported'],
  ['a.txt', 'half a sign \xc3', 'unsupported'],
  ['a.exe', 'MZ\0\0', 'unsupported'],
])('%s that holds %j is %s', (name, content, type) => {
  expect(typed(name, latin(content))).toBe(type);
});

test('text in two-byte signs is kept as UTF-8', () => {
  const wide = Uint8Array.from([0xff, 0xfe, ...Buffer.from('héllo\n', 'utf16le')]);
  const answer = typeOf('a.txt', wide);
  expect(answer.ok && new TextDecoder().decode(answer.value.bytes)).toBe('héllo\n');
});

test('a name is one short line without its directories', () => {
  expect(fileName('C:\\Users\\me\\a b.txt')).toBe('a b.txt');
  expect(fileName('../../etc/passwd')).toBe('passwd');
  expect(fileName('a\nb\u202etxt.exe')).toBe('abtxt.exe');
  expect(fileName('/')).toBe('file');
  const long = fileName(`${'x'.repeat(400)}.json`);
  expect(long).toHaveLength(200);
  expect(long).toMatch(/x….json$/);
});
