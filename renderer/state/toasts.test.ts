import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dismiss, holdToasts, toast, toastStore } from './toasts.ts';

const texts = () => toastStore.getState().toasts.map((t) => t.text);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  holdToasts(false);
  for (const { id } of toastStore.getState().toasts) dismiss(id);
  vi.useRealTimers();
});

test('a toast goes after 6 s, but not from under a pointer: then it has its time again', () => {
  toast('one');
  vi.advanceTimersByTime(5_000);
  toast('two');
  holdToasts(true);
  vi.advanceTimersByTime(60_000);
  toast('three');
  expect(texts()).toEqual(['one', 'two', 'three']);
  holdToasts(false);
  vi.advanceTimersByTime(5_999);
  expect(texts()).toEqual(['one', 'two', 'three']);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});
