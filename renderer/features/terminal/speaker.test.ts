import { expect, onTestFinished, test } from 'vitest';
import { Speaker } from './speaker.ts';

function newSpeaker(terminalId: string): Speaker {
  const speaker = new Speaker(terminalId, () => undefined);
  onTestFinished(() => speaker.close());
  return speaker;
}

const spoken = (...all: readonly Speaker[]) => all.map((one) => one.speaks);

test('of the windows that show a terminal the one speaks that a person was at last', async () => {
  const terminalId = crypto.randomUUID();
  const first = newSpeaker(terminalId);
  expect(first.speaks).toBe(true);
  first.claim();
  const second = newSpeaker(terminalId);
  const third = newSpeaker(terminalId);
  await expect.poll(() => spoken(first, second, third)).toEqual([true, false, false]);
  third.claim();
  expect(third.speaks).toBe(true);
  await expect.poll(() => spoken(first, second, third)).toEqual([false, false, true]);
  first.claim();
  await expect.poll(() => spoken(first, second, third)).toEqual([true, false, false]);
});

test('one of those that are left speaks when it is gone; another terminal is none of its business', async () => {
  const terminalId = crypto.randomUUID();
  const other = newSpeaker(crypto.randomUUID());
  const [first, second] = [newSpeaker(terminalId), newSpeaker(terminalId)];
  await expect.poll(() => spoken(first, second).filter(Boolean)).toHaveLength(1);
  const gone = new Speaker(terminalId, () => undefined);
  gone.claim();
  await expect.poll(() => spoken(first, second)).toEqual([false, false]);
  gone.close();
  await expect.poll(() => spoken(first, second).filter(Boolean)).toHaveLength(1);
  expect(other.speaks).toBe(true);
});
