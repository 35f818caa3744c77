import { describe, expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const forever = new AbortController().signal;

describe('slots', () => {
  it('hands a freed slot to who waited longest', async () => {
    const slots = createSlots(1);
    const give = await slots.take(forever);
    const order: string[] = [];
    const a = slots.take(forever).then((g) => (order.push('a'), g));
    const b = slots.take(forever).then((g) => (order.push('b'), g));
    give();
    give();
    (await a)();
    (await b)();
    expect(order).toEqual(['a', 'b']);
  });

  it('forgets who stopped waiting', async () => {
    const slots = createSlots(1);
    const give = await slots.take(forever);
    const gone = new AbortController();
    const waiting = slots.take(gone.signal);
    gone.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    give();
    await expect(slots.take(forever)).resolves.toBeTypeOf('function');
  });
});
