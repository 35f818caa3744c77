import { describe, expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const forever = new AbortController().signal;

/** Takes one slot for each name, in this order, gives each back at once, and tells in which order they were got. */
async function orderOf(slots: ReturnType<typeof createSlots>, names: readonly string[]): Promise<string[]> {
  const order: string[] = [];
  const hold = await slots.of('holder').take(forever);
  const all = names.map(async (name) => {
    const give = await slots.of(name.slice(0, 1)).take(forever);
    order.push(name);
    give();
  });
  hold();
  await Promise.all(all);
  return order;
}

describe('slots', () => {
  it('hands a freed slot of one tree to who waited longest in it', async () => {
    expect(await orderOf(createSlots(1), ['a1', 'a2', 'a3'])).toEqual(['a1', 'a2', 'a3']);
  });

  it('serves trees in turn: one with 200 that wait keeps no other waiting longer than one slot', async () => {
    const crowd = Array.from({ length: 200 }, (_, i) => `a${i}`);
    const order = await orderOf(createSlots(1), [...crowd, 'b0', 'b1', 'c0']);
    expect(order.slice(0, 6)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2']);
    expect(order.filter((name) => name.startsWith('a'))).toEqual(crowd);
  });

  it('never gives more than there are, and gives all of them', async () => {
    const slots = createSlots(3);
    let held = 0;
    let most = 0;
    const work = async (tree: string) => {
      const give = await slots.of(tree).take(forever);
      held += 1;
      most = Math.max(most, held);
      await Promise.resolve();
      held -= 1;
      give();
      give();
    };
    await Promise.all(Array.from({ length: 50 }, (_, i) => work(`${i % 7}`)));
    expect(most).toBe(3);
    const all = await Promise.all([1, 2, 3].map(() => slots.of('x').take(forever)));
    expect(all).toHaveLength(3);
  });

  it('forgets who stopped waiting, and the turn goes to the next', async () => {
    const slots = createSlots(1);
    const give = await slots.of('a').take(forever);
    const gone = new AbortController();
    const waiting = slots.of('a').take(gone.signal);
    const other = slots.of('b').take(forever);
    gone.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    give();
    (await other)();
    await expect(slots.of('a').take(forever)).resolves.toBeTypeOf('function');
  });
});
