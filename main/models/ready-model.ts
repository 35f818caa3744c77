import type { ProviderKind } from '@shared/contract/app.ts';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import { numberOption } from './call-options.ts';
import { type Effort, knownModel } from './catalogue.ts';
import { keyVariableOf } from './env-accounts.ts';
import { type LanguageModel, ModelError } from './port.ts';
import { type Price, priceOption } from './price.ts';
import { sentence, withoutAddress } from './sentences.ts';

/** A model configuration with its account, ready to be asked. */
export interface ResolvedModel {
  readonly model: LanguageModel;
  /** The id that is sent. */
  readonly name: string;
  /** The account's name. */
  readonly provider: string;
  readonly contextLimit: number | null;
  /** Percent of the context limit at which the conversation is compacted; 100 is never. */
  readonly compressionThreshold: number;
  readonly maxOutputTokens: number;
  /** Of the configuration, else of the catalogue; null: not known. */
  readonly price: Price | null;
  /** How often a failed call is made again; null: as long as it takes. */
  readonly maxRetries: number | null;
  readonly efforts: readonly Effort[];
  readonly options: Readonly<Record<string, unknown>>;
}

const usualOutput = 32_000;

/** A compatible server may do without a key; the official ones and their gateways do not. */
function needsKey(kind: ProviderKind): boolean {
  return kind === 'openai' || kind === 'anthropic';
}

export function isCompatible(kind: ProviderKind): boolean {
  return kind === 'openai-compat' || kind === 'anthropic-compat';
}

/** A chat refers to a model that was removed since. */
export function goneModel(provider: string): ModelError {
  const message = 'This model is no longer set up. Pick another model.';
  return new ModelError(message, { kind: 'config', retryable: false, provider });
}

/** Why the model cannot answer; null when it can be asked. */
export function unavailable(
  provider: ProviderRow,
  config: ModelConfigRow,
  hasKey: boolean,
): ModelError | null {
  if (isCompatible(provider.kind) && provider.baseUrl === '') {
    const message = withoutAddress(provider.name);
    return new ModelError(message, { kind: 'config', retryable: false, provider: provider.name });
  }
  const off = !provider.enabled || !config.enabled;
  const kind = !hasKey && needsKey(provider.kind) ? 'missing_key' : off ? 'provider_disabled' : null;
  if (kind === null) return null;
  const keyVariable = provider.source === 'env' ? keyVariableOf(provider.kind) : null;
  const message = sentence(kind, { provider: provider.name, keyVariable });
  return new ModelError(message, { kind, retryable: false, provider: provider.name });
}

/** Servers refuse a call whose prompt and longest answer do not fit together: small windows leave half for the prompt. */
function usualOutputIn(contextLimit: number | null): number {
  return contextLimit === null ? usualOutput : Math.min(usualOutput, Math.floor(contextLimit / 2));
}

export function readyModel(
  model: LanguageModel,
  provider: ProviderRow,
  config: ModelConfigRow,
): ResolvedModel {
  const known = knownModel(config.model);
  const contextLimit = config.contextLimit ?? known?.contextLimit ?? null;
  const asked = numberOption(config.options, 'max_output_tokens');
  const wanted = asked !== null && asked > 0 ? asked : usualOutputIn(contextLimit);
  const retries = numberOption(config.options, 'max_retries');
  return {
    model,
    name: config.model,
    provider: provider.name,
    contextLimit,
    compressionThreshold: config.compressionThreshold,
    maxOutputTokens: Math.min(wanted, known?.maxOutput ?? wanted),
    price: priceOption(config.options) ?? known?.price ?? null,
    maxRetries: retries === null ? null : Math.max(0, Math.floor(retries)),
    efforts: known?.efforts ?? [],
    options: config.options,
  };
}
