import type { Chance } from '../random.ts';

/** Rounds after which everything may come to rest before the next kill. */
const REST_EVERY = 6;
type Moment =
  /** While the app starts, without a window. */
  | { readonly kind: 'start'; readonly afterMs: number }
  /** While it takes up what the last kill left. */
  | { readonly kind: 'recovery'; readonly afterMs: number }
  | { readonly kind: 'work'; readonly afterMs: number }
  /** With a call in the air. */
  | { readonly kind: 'call'; readonly afterMs: number; readonly thenMs: number };

export interface Round {
  readonly moment: Moment;
  /** The agent dies too: so long before the app. */
  readonly agentBeforeMs: number | null;
  readonly rest: boolean;
}

export function planRound(round: number, chance: Chance): Round {
  const kind = chance.pick([
    'start',
    'recovery',
    'recovery',
    'work',
    'work',
    'work',
    'work',
    'call',
    'call',
    'call',
  ] as const);
  const afterMs = { start: 1_500, recovery: 400, work: 3_500, call: 2_500 }[kind];
  const moment = { kind, afterMs: chance.between(0, afterMs), thenMs: chance.between(0, 12) };
  const agentBeforeMs = chance.hit(0.2) ? chance.pick([0, 0, 40, 250]) : null;
  return { moment, agentBeforeMs, rest: round % REST_EVERY === REST_EVERY - 1 };
}
