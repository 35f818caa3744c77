import { describe, expect, test } from 'vitest';
import { fileContent, IMAGE_BYTES, readLimit, TEXT_BYTES } from './file-content.ts';

const bytes = (...list: number[]) => Uint8Array.from(list);

describe('what a file is', () => {
  test('text, of whatever it holds but NUL', () => {
    expect(fileContent(Buffer.from('Größe 図形\n'))).toEqual({ kind: 'text', text: 'Größe 図形\n' });
    expect(fileContent(bytes())).toEqual({ kind: 'text', text: '' });
    expect(fileContent(bytes(0x61, 0xff, 0x62))).toEqual({ kind: 'text', text: 'a\ufffdb' });
  });

  test('text with a mark at its beginning, which is not shown', () => {
    expect(fileContent(Buffer.from('\ufeffa'))).toEqual({ kind: 'text', text: 'a' });
    expect(fileContent(Buffer.from('\ufeffa\n', 'utf16le'))).toEqual({ kind: 'text', text: 'a\n' });
    expect(fileContent(bytes(0xfe, 0xff, 0x00, 0x61))).toEqual({ kind: 'text', text: 'a' });
  });

  test('no text', () => {
    expect(fileContent(bytes(0x7f, 0x45, 0x4c, 0x46, 0, 1))).toEqual({ kind: 'binary', size: 6 });
  });

  test('an image by its bytes, whatever its name says', () => {
    const images = {
      'image/png': bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0),
      'image/jpeg': bytes(0xff, 0xd8, 0xff, 0xe0),
      'image/gif': Buffer.from('GIF89a'),
      'image/webp': Buffer.from('RIFF\0\0\0\0WEBPVP8 '),
    };
    for (const [type, data] of Object.entries(images)) {
      expect(fileContent(data)).toEqual({
        kind: 'image',
        type,
        base64: Buffer.from(data).toString('base64'),
      });
    }
    // A drawing that could hold scripts is text.
    expect(fileContent(Buffer.from('<svg/>'))).toEqual({ kind: 'text', text: '<svg/>' });
  });

  test('too much to read as text', () => {
    expect(fileContent(Buffer.alloc(TEXT_BYTES, 'a')).kind).toBe('text');
    expect(fileContent(Buffer.alloc(TEXT_BYTES + 1, 'a'))).toEqual({
      kind: 'too-large',
      size: TEXT_BYTES + 1,
      limit: TEXT_BYTES,
    });
  });

  test('images may be larger', () => {
    expect(readLimit('/a/b.PNG')).toBe(IMAGE_BYTES);
    expect(readLimit('/a/b.svg')).toBe(TEXT_BYTES);
    expect(readLimit('/a.png/b')).toBe(TEXT_BYTES);
  });
});
