import type { Clock } from '../base/clock.ts';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import { accountSettings } from './account-settings.ts';
import type { AdapterSettings } from './adapter-settings.ts';
import { withAnswerLimit } from './answer-limit.ts';
import { demoModel } from './demo/demo-model.ts';
import type { Environment } from './env-accounts.ts';
import { languageModel } from './language-model.ts';
import type { LanguageModel } from './port.ts';
import { createProxies } from './proxies.ts';
import { withSilenceGuard } from './silence-guard.ts';

export interface ReachDeps {
  readonly env: Environment;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  /** How long a model may say nothing; the default is made for models that think for minutes. */
  readonly limits?: { readonly silenceMs: number; readonly stallMs: number };
}

/** The way to an account's server: its address, key, headers and proxy. */
export interface Reach {
  settings(row: ProviderRow, key: string | null): AdapterSettings;
  model(row: ProviderRow, config: ModelConfigRow, key: string | null): LanguageModel;
  close(): Promise<void>;
}

const usualLimits = { silenceMs: 5 * 60_000, stallMs: 5 * 60_000 };

export function createReach({ env, clock, fetch, limits = usualLimits }: ReachDeps): Reach {
  const demo = demoModel({ clock });
  const proxies = createProxies();
  const settings = (row: ProviderRow, key: string | null) => {
    const through = proxies.fetchThrough(row.proxy) ?? fetch;
    return accountSettings(row, key, { env, now: () => clock.now(), fetch: through });
  };
  return {
    settings,
    model(row, config, key) {
      if (row.kind === 'demo') return demo;
      const model = languageModel(row.kind, config.options, settings(row, key));
      return withSilenceGuard(withAnswerLimit(model), { ...limits, clock });
    },
    close: () => proxies.close(),
  };
}
