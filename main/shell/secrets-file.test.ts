import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Cipher, createSecrets } from './secrets-file.ts';

const reversing: Cipher = {
  encrypt: (text) => Buffer.from(Buffer.from(`sealed:${text}`).toReversed()),
  decrypt(bytes) {
    const text = Buffer.from(bytes.toReversed()).toString();
    if (!text.startsWith('sealed:')) throw new Error('another key');
    return text.slice('sealed:'.length);
  },
};

function place(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-secrets-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true }));
  return path.join(dir, 'secrets.json');
}

const open = (file: string, cipher: Cipher | null) =>
  createSecrets({ file, cipher: async () => cipher, likely: false });

test('a key outlives the run, encrypted, in a file that only its owner reads', async () => {
  const file = place();
  const first = open(file, reversing);
  await first.set('a', 'sk-one');
  await first.set('b', 'sk-two');
  expect(first.persist).toBe(true);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(fs.readFileSync(file, 'utf8')).not.toContain('sk-');

  const second = open(file, reversing);
  expect(second.names()).toEqual(['a', 'b']);
  expect(await second.get('a')).toBe('sk-one');
  await second.remove('a');
  expect(await second.get('a')).toBeNull();
  expect(await open(file, reversing).get('a')).toBeNull();
  expect(await open(file, reversing).get('b')).toBe('sk-two');
});

test('without encryption a key stays in memory and no file is made', async () => {
  const file = place();
  const secrets = open(file, null);
  await secrets.set('a', 'sk-one');
  expect(secrets.persist).toBe(false);
  expect(await secrets.get('a')).toBe('sk-one');
  expect(fs.existsSync(file)).toBe(false);
  expect(await open(file, null).get('a')).toBeNull();
});

test('without encryption the person may have them in the file all the same, and may take it back', async () => {
  const file = place();
  const secrets = open(file, null);
  await secrets.set('a', 'sk-one');
  await secrets.keepInFile(true);
  await secrets.set('b', 'sk-two');
  expect([secrets.kept, secrets.persist, secrets.names()]).toEqual(['file', true, ['a', 'b']]);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);

  const later = open(file, null);
  expect([later.kept, await later.get('a')]).toEqual(['file', 'sk-one']);
  await later.keepInFile(false);
  expect([later.kept, await later.get('b')]).toEqual(['memory', 'sk-two']);
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({});
  expect(await open(file, null).get('b')).toBeNull();
});

test('where a key store has come, the next key encrypts those that stood in the file as they were', async () => {
  const file = place();
  const before = open(file, null);
  await before.keepInFile(true);
  await before.set('a', 'sk-one');
  const after = open(file, reversing);
  await after.set('b', 'sk-two');
  expect(after.kept).toBe('system');
  expect(fs.readFileSync(file, 'utf8')).not.toContain('clear:');
  expect(await open(file, reversing).get('a')).toBe('sk-one');
  await after.keepInFile(true);
  expect(fs.readFileSync(file, 'utf8')).not.toContain('clear:');
});

test('the system is not asked before something needs it', async () => {
  let asked = 0;
  const file = place();
  const secrets = createSecrets({ file, likely: true, cipher: async () => (asked++, reversing) });
  expect(secrets.persist).toBe(true);
  expect(await secrets.get('a')).toBeNull();
  expect(asked).toBe(0);
  await secrets.set('a', 'sk-one');
  expect(asked).toBe(1);
});

test('a spoilt file or an entry of another key counts as no key, and the others stay', async () => {
  const file = place();
  fs.writeFileSync(file, JSON.stringify({ a: Buffer.from('zzz').toString('base64') }));
  const secrets = open(file, reversing);
  expect(await secrets.get('a')).toBeNull();
  await secrets.set('b', 'sk-two');
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toHaveProperty('a');
  fs.writeFileSync(file, 'not json');
  expect(await open(file, reversing).get('b')).toBeNull();
});
