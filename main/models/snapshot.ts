import type { Account, ModelChoice } from '@shared/contract/app.ts';
import type { ProviderId } from '@shared/model/ids.ts';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import { knownModel } from './catalogue.ts';
import { unavailable } from './ready-model.ts';

/** What the window shows of accounts and models. */
export interface ModelsSnapshot {
  readonly models: readonly ModelChoice[];
  readonly accounts: readonly Account[];
}

export function modelsSnapshot(
  providers: readonly ProviderRow[],
  configs: readonly ModelConfigRow[],
  withKey: ReadonlySet<ProviderId>,
): ModelsSnapshot {
  const hasKey = (row: ProviderRow) => row.kind === 'demo' || withKey.has(row.id);
  return {
    accounts: providers.map((row) => {
      const { id, kind, name, baseUrl, source, enabled } = row;
      return { id, kind, name, baseUrl, source, enabled, hasKey: hasKey(row) };
    }),
    models: providers.flatMap((row) =>
      configs
        .filter((config) => config.providerId === row.id && !config.deleted)
        .map((config) => choice(row, config, hasKey(row))),
    ),
  };
}

function choice(row: ProviderRow, config: ModelConfigRow, hasKey: boolean): ModelChoice {
  const known = knownModel(config.model);
  return {
    id: config.id,
    providerId: row.id,
    provider: row.name,
    kind: row.kind,
    model: config.model,
    name: config.displayName || config.model,
    contextLimit: config.contextLimit ?? known?.contextLimit ?? null,
    efforts: known?.efforts ?? [],
    isDefault: config.isDefault,
    unavailable: unavailable(row, config, hasKey)?.message ?? null,
  };
}
