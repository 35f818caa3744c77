import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createOwnInstructions } from './own-instructions.ts';

function home(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-home-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

test('they are written where the agent reads them, and gone when they are emptied', async () => {
  const dir = home();
  const own = createOwnInstructions(dir);
  const file = path.join(dir, '.gaffer/AGENTS.md');
  expect(await own.load()).toEqual({ ok: true, value: { file, text: '' } });
  expect(await own.save('Answer in German.')).toMatchObject({ ok: true });
  expect(fs.readFileSync(file, 'utf8')).toBe('Answer in German.\n');
  expect(fs.readdirSync(path.dirname(file))).toEqual(['AGENTS.md']);
  expect(await own.load()).toEqual({ ok: true, value: { file, text: 'Answer in German.\n' } });
  await own.save(' \n');
  expect(fs.existsSync(file)).toBe(false);
});

test('the file that is there is taken, however it is written', async () => {
  const dir = home();
  const file = path.join(dir, '.gaffer/agents.md');
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, 'Mine.');
  const own = createOwnInstructions(dir);
  expect(await own.load()).toEqual({ ok: true, value: { file, text: 'Mine.' } });
  await own.save('Mine, changed.');
  expect(fs.readFileSync(file, 'utf8')).toBe('Mine, changed.\n');
});

test('what cannot be read is told, and not taken for empty', async () => {
  const dir = home();
  fs.mkdirSync(path.join(dir, '.gaffer/AGENTS.md'), { recursive: true });
  expect(await createOwnInstructions(dir).load()).toMatchObject({ ok: false, error: { code: 'failed' } });
});

test('a link stays one, and leads to what was written', async () => {
  const dir = home();
  const kept = path.join(dir, 'kept.md');
  fs.writeFileSync(kept, 'Mine.');
  fs.mkdirSync(path.join(dir, '.gaffer'));
  fs.symlinkSync(kept, path.join(dir, '.gaffer/AGENTS.md'));
  await createOwnInstructions(dir).save('Mine, changed.');
  expect(fs.readFileSync(kept, 'utf8')).toBe('Mine, changed.\n');
  expect(fs.lstatSync(path.join(dir, '.gaffer/AGENTS.md')).isSymbolicLink()).toBe(true);
});

test('what cannot be written is told', async () => {
  const dir = home();
  fs.writeFileSync(path.join(dir, '.gaffer'), 'a file');
  const saved = await createOwnInstructions(dir).save('Hello.');
  expect(saved).toMatchObject({ ok: false, error: { code: 'failed' } });
});
