import { expect, it } from 'vitest';
import { createWish } from './wish.ts';

it('a wish that nobody hears yet is for the first who does, once and not for long', () => {
  let nowMs = 0;
  const wish = createWish<string>(() => nowMs);
  const heard: string[] = [];
  const hear = (name: string) => wish.hear((value) => heard.push(`${name} ${value}`));
  wish.makeSoon('this');
  hear('first')();
  hear('second')();
  expect(heard).toEqual(['first this']);
  wish.makeSoon('late');
  nowMs = 60_000;
  const stop = hear('third');
  expect(heard).toEqual(['first this']);
  wish.makeSoon('now');
  expect(heard).toEqual(['first this', 'third now']);
  stop();
});

it('what is asked of what is shown is not kept', () => {
  const wish = createWish();
  let heard = 0;
  wish.make();
  wish.hear(() => (heard += 1));
  expect(heard).toBe(0);
  wish.make();
  expect(heard).toBe(1);
});
