import type { Fault } from '../../e2e/fixtures/fault-proxy.ts';
import type { Chance } from '../random.ts';

/** Rounds after which everything may come to rest before the next kill. */
const REST_EVERY = 6;
type Moment =
  /** While the app starts, without a window. */
  | { readonly kind: 'start'; readonly afterMs: number }
  /** With a window, while the database opens. */
  | { readonly kind: 'window'; readonly afterMs: number }
  /** After its first answer, while it takes up what the last kill left. */
  | { readonly kind: 'recovery'; readonly afterMs: number }
  | { readonly kind: 'work'; readonly afterMs: number }
  /** With a call in the air. */
  | { readonly kind: 'call'; readonly afterMs: number; readonly thenMs: number };

export interface Round {
  readonly moment: Moment;
  /** The agent dies too: so long before the app. */
  readonly agentBeforeMs: number | null;
  readonly rest: boolean;
  /** What befalls one of the next model calls. */
  readonly fault: Fault | null;
}

export function planRound(round: number, chance: Chance): Round {
  const rest = round % REST_EVERY === REST_EVERY - 1;
  const drawn = chance.pick([
    'start',
    'window',
    'recovery',
    'work',
    'work',
    'work',
    'work',
    'call',
    'call',
    'call',
  ] as const);
  // Whoever rests lives that long.
  const kind = rest && drawn !== 'call' ? 'work' : drawn;
  const afterMs = { start: 1_500, window: 500, recovery: 700, work: 3_500, call: 2_500 }[kind];
  const moment = { kind, afterMs: chance.between(0, afterMs), thenMs: chance.between(0, 12) };
  const agentBeforeMs = chance.hit(0.2) ? chance.pick([0, 0, 40, 250]) : null;
  const fault: Fault | null = chance.hit(0.4)
    ? chance.pick([
        { kind: 'cut', afterBytes: chance.between(50, 2_000) },
        { kind: 'status', status: chance.pick([429, 529]) },
      ])
    : null;
  return { moment, agentBeforeMs, fault, rest };
}
