/** A seeded source of chance: the same seed makes the same plan (only the machine's own timing differs). */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** An integer from low to high, both included. */
  between(low: number, high: number): number;
  hit(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  uuid(): string;
}

/** Several parts make one seed, so that a lane of a round has a source of its own. */
export function chanceOf(...seed: readonly (number | string)[]): Chance {
  let state = hash(seed.join(':'));
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => between(0, 15).toString(16)).join('');
  return {
    next,
    between,
    hit: (probability) => next() < probability,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return value | 0;
}
