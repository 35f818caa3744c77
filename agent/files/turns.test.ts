import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const { signal } = new AbortController();

it('lets so many at once, so many more wait in order, and tells the others', async () => {
  const turns = new Turns(2, 2);
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const run = (name: string) =>
    turns.take(signal, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  const all = ['a', 'b', 'c', 'd'].map(run);
  await expect(run('e')).rejects.toMatchObject({ status: 503, code: 'busy' });
  expect(begun).toEqual(['a', 'b']);
  ends[1]?.();
  expect(await all[1]).toBe('b');
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  const late = run('f');
  for (const at of [0, 2, 3, 4]) {
    await expect.poll(() => ends.length).toBeGreaterThan(at);
    ends[at]?.();
  }
  expect(await Promise.all([...all, late])).toEqual(['a', 'b', 'c', 'd', 'f']);
});

it('passes over who left while it waited, and goes on after a failure', async () => {
  const turns = new Turns(1, 5);
  const left = new AbortController();
  const failing = turns.take(signal, () => Promise.reject(new Error('broken')));
  const gone = turns.take(left.signal, () => Promise.resolve('never'));
  const next = turns.take(signal, () => Promise.resolve('next'));
  left.abort();
  await expect(failing).rejects.toThrow('broken');
  await expect(gone).rejects.toMatchObject({ status: 503 });
  expect(await next).toBe('next');
});
