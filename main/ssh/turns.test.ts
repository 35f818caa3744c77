import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

test('one at a time for a name, in order; another name does not wait', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const gates = new Map<string, () => void>();
  const take = (name: string, who: string) =>
    turns.take(name, never, async () => {
      seen.push(who);
      await new Promise<void>((resolve) => gates.set(who, resolve));
      return who;
    });
  const [a, b, c] = [take('key', 'a'), take('key', 'b'), take('other', 'c')];
  await expect.poll(() => seen).toEqual(['a', 'c']);
  gates.get('a')?.();
  expect(await a).toBe('a');
  await expect.poll(() => seen).toEqual(['a', 'c', 'b']);
  gates.get('b')?.();
  gates.get('c')?.();
  expect(await Promise.all([b, c])).toEqual(['b', 'c']);
});

test('who leaves the line lets nobody pass that is behind; a failure passes the turn on', async () => {
  const turns = new Turns();
  let fail: (error: Error) => void = () => {};
  const first = turns.take('key', never, () => new Promise<never>((_, reject) => (fail = reject)));
  const stop = new AbortController();
  const second = turns.take('key', stop.signal, async () => 'second');
  let ran = false;
  const third = turns.take('key', never, async () => {
    ran = true;
    return 'third';
  });
  stop.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(ran).toBe(false);
  fail(new Error('failed'));
  await expect(first).rejects.toThrow('failed');
  expect(await third).toBe('third');
});
