import type { BudgetSettings, UsageNow, UsageRow } from '@shared/contract/usage.ts';
import type { Clock } from '../base/clock.ts';
import { createWake } from '../base/wake.ts';
import type { SettingOperations } from '../db/settings.ts';
import type { Store } from '../db/store.ts';
import type { UsageOperations } from '../db/usage.ts';

/** What was spent, and how much may be. */
export interface Usage {
  /** At once, after every call that cost something, and at midnight. */
  watch(signal: AbortSignal): AsyncIterable<UsageNow>;
  load(days: number): Promise<readonly UsageRow[]>;
  setBudget(budget: BudgetSettings): Promise<void>;
  /** A new cap of the period; nothing else changes. */
  raise(capMicros: number): Promise<void>;
}

export interface UsageDeps {
  readonly store: Store<UsageOperations & SettingOperations>;
  readonly clock: Clock;
  /** Whose midnight it is. */
  readonly timeZone?: string;
}

/** Calls that end within a moment are told together. */
const GATHER_MS = 250;

export function createUsage({ store, clock, timeZone = ownTimeZone() }: UsageDeps): Usage {
  const loadBudget = async () => toBudget(await store.call('loadSetting', { key: 'budget' }));

  async function load(): Promise<UsageNow> {
    const budget = await loadBudget();
    const spent = await store.call('loadSpending', { timeZone, period: budget.period });
    return { ...spent, budget };
  }

  async function save(budget: BudgetSettings): Promise<void> {
    const value = {
      cap_micros: budget.capMicros,
      chat_cap_micros: budget.chatCapMicros,
      period: budget.period,
      allow_unpriced: budget.allowUnpriced,
      time_zone: timeZone,
    };
    await store.call('saveSetting', { key: 'budget', value });
  }

  return {
    async *watch(signal) {
      const wake = createWake();
      const stop = store.onHint(({ channel, payload }) => {
        const isOurs = channel === 'settings_update' && OURS.has(payload['key']);
        if (isOurs || channel === 'hints_lost') wake.poke();
      });
      try {
        while (!signal.aborted) {
          yield await load();
          const poked = await wake.wait(clock, msToMidnight(clock.now(), timeZone), signal);
          if (poked) await clock.sleep(GATHER_MS, signal).catch(() => undefined);
        }
      } finally {
        stop();
      }
    },
    load: (days) => store.call('loadUsage', { timeZone, days }),
    setBudget: save,
    async raise(capMicros) {
      await save({ ...(await loadBudget()), capMicros });
    },
  };
}

const OURS: ReadonlySet<unknown> = new Set(['usage', 'budget']);

function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Never longer than an hour, in which a computer may have slept, and never nothing. */
function msToMidnight(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const passed = (of('hour') * 3600 + of('minute') * 60 + of('second')) * 1000;
  return Math.min(3_600_000, Math.max(1_000, 86_400_000 - passed));
}

/** No caps for what is no budget, as the machine reads it (chatd/machine/budget.ts). */
function toBudget(value: unknown): BudgetSettings {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const micros = (field: unknown) => (typeof field === 'number' ? field : null);
  const period = fields['period'];
  return {
    capMicros: period === 'day' || period === 'month' ? micros(fields['cap_micros']) : null,
    period: period === 'month' ? 'month' : 'day',
    chatCapMicros: micros(fields['chat_cap_micros']),
    allowUnpriced: fields['allow_unpriced'] === true,
  };
}
