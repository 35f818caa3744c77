import { randomUUID } from 'node:crypto';

/** Dice as an argument. */
export interface Random {
  uuid(): string;
  /** In [0, 1). */
  fraction(): number;
}

export const systemRandom: Random = { uuid: () => randomUUID(), fraction: () => Math.random() };
