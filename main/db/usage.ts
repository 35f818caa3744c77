import type { ProviderId } from '@shared/model/ids.ts';
import { operation } from './store.ts';

interface SpentRow {
  readonly micros: number;
  readonly calls: number;
  readonly unpriced: number;
}

export interface SpentSince {
  readonly today: SpentRow;
  readonly accounts: readonly (SpentRow & { readonly providerId: ProviderId })[];
  readonly inPeriod: SpentRow;
}

const SUMS = `coalesce(sum(s.micros), 0)::bigint as micros, coalesce(sum(s.calls), 0)::bigint as calls,
  coalesce(sum(s.unpriced_calls), 0)::bigint as unpriced`;

const NOTHING: SpentRow = { micros: 0, calls: 0, unpriced: 0 };

interface Since {
  readonly timeZone: string;
  readonly period: 'day' | 'month';
}

/** Quarters of hours since midnight: never more rows than a day has of them, for each model. */
const loadSpending = operation('read', async (tx, { timeZone, period }: Since): Promise<SpentSince> => {
  const { rows } = await tx.query<SpentRow & { providerId: ProviderId | null }>(
    `select c.provider_id as "providerId", ${SUMS}
     from spending s left join chat_model_configs c on c.id = s.model_config_id
     where s.at >= date_trunc('day', now(), $1) group by c.provider_id`,
    [timeZone],
  );
  const today = rows.reduce(
    (sum, row) => ({
      micros: sum.micros + row.micros,
      calls: sum.calls + row.calls,
      unpriced: sum.unpriced + row.unpriced,
    }),
    NOTHING,
  );
  const accounts = rows.flatMap(({ providerId, ...spent }) =>
    providerId === null ? [] : [{ providerId, ...spent }],
  );
  if (period === 'day') return { today, accounts, inPeriod: today };
  const month = await tx.query<SpentRow>(
    `select ${SUMS} from spending s where s.at >= date_trunc('month', now(), $1)`,
    [timeZone],
  );
  return { today, accounts, inPeriod: month.rows[0] ?? NOTHING };
});

interface UsageRow extends SpentRow {
  readonly day: string;
  readonly account: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

type Days = { readonly timeZone: string; readonly days: number };

/** By day, account and model, the newest day first, then what cost most. Today is one of the days. */
const loadUsage = operation('read', async (tx, { timeZone, days }: Days): Promise<readonly UsageRow[]> => {
  const { rows } = await tx.query<UsageRow>(
    `select to_char(s.at at time zone $1, 'YYYY-MM-DD') as day,
       coalesce(regexp_replace(p.name, ' \\(removed [0-9a-f-]{36}\\)$', ''), '') as account,
       coalesce(nullif(c.display_name, ''), c.model, '') as model, ${SUMS},
       coalesce(sum(s.input_tokens), 0)::bigint as "inputTokens",
       coalesce(sum(s.output_tokens), 0)::bigint as "outputTokens"
     from spending s left join chat_model_configs c on c.id = s.model_config_id
       left join chat_providers p on p.id = c.provider_id
     where s.at >= date_trunc('day', now(), $1) - make_interval(days => $2 - 1)
     group by 1, 2, 3 order by 1 desc, micros desc, calls desc, 2, 3`,
    [timeZone, days],
  );
  return rows;
});

export const usageOperations = { loadSpending, loadUsage } as const;
export type UsageOperations = typeof usageOperations;
