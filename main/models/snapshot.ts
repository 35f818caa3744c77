import type { Account, AccountCheck, ModelChoice, PriceSource } from '@shared/model/account.ts';
import type { ProviderId } from '@shared/model/ids.ts';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import { freeOf, isLocal } from './account-settings.ts';
import { catalogueId, knownModel, type Overrides } from './catalogue.ts';
import { type Environment, keyVariableOf } from './env-accounts.ts';
import { inputsOf } from './model-facts.ts';
import { effortsOf, settingsOf } from './model-options.ts';
import { priceOption } from './price.ts';
import { priceOf, unavailable } from './ready-model.ts';

/** What the window shows of accounts and models. */
export interface ModelsSnapshot {
  readonly models: readonly ModelChoice[];
  readonly accounts: readonly Account[];
}

export interface SnapshotFacts {
  readonly withKey: ReadonlySet<ProviderId>;
  readonly env: Environment;
  readonly overrides: Overrides;
  readonly checks: ReadonlyMap<ProviderId, AccountCheck>;
}

export function modelsSnapshot(
  providers: readonly ProviderRow[],
  configs: readonly ModelConfigRow[],
  facts: SnapshotFacts,
): ModelsSnapshot {
  return {
    accounts: providers.map((row) => account(row, facts)),
    models: providers.flatMap((row) =>
      configs
        .filter((config) => config.providerId === row.id && !config.deleted)
        .map((config) => choice(row, config, facts)),
    ),
  };
}

function hasKey(row: ProviderRow, { withKey }: SnapshotFacts): boolean {
  return row.kind === 'demo' || withKey.has(row.id);
}

function account(row: ProviderRow, facts: SnapshotFacts): Account {
  const { id, kind, preset, name, baseUrl, headers, proxy, options, source, enabled } = row;
  const version = options['api_version'];
  return {
    id,
    kind,
    preset,
    name,
    baseUrl,
    headers,
    proxy,
    apiVersion: typeof version === 'string' ? version : '',
    source,
    enabled,
    hasKey: hasKey(row, facts),
    keyVariable: keyVariableOf(row, facts.env),
    removable: source === 'user' || preset !== '',
    local: isLocal(row),
    check: facts.checks.get(id) ?? null,
  };
}

function choice(row: ProviderRow, config: ModelConfigRow, facts: SnapshotFacts): ModelChoice {
  const { overrides } = facts;
  const known = knownModel(config.model, overrides);
  const key = { isHere: hasKey(row, facts), variable: keyVariableOf(row, facts.env) };
  const price = priceOf(config, known, freeOf(row));
  return {
    id: config.id,
    providerId: row.id,
    provider: row.name,
    kind: row.kind,
    model: config.model,
    name: config.displayName || known?.name || config.model,
    contextLimit: config.contextLimit ?? known?.contextLimit ?? null,
    efforts: effortsOf(known, config.options),
    isDefault: config.isDefault,
    inputs: inputsOf(row, config),
    unavailable: unavailable(row, config, key)?.message ?? null,
    settings: settingsOf(config),
    price,
    priceFrom:
      price === null
        ? null
        : priceSource(config, overrides, freeOf(row) === 'always' ? null : (known?.price ?? null)),
  };
}

function priceSource(
  config: ModelConfigRow,
  overrides: Overrides,
  known: ModelChoice['price'],
): PriceSource {
  if (priceOption(config.options) !== null) return 'model';
  if (known === null) return 'free';
  const own = overrides.get(catalogueId(config.model));
  return own?.price ? 'file' : 'catalogue';
}
