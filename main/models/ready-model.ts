import type { AccountKind, Effort, ModelInputs, Price } from '@shared/model/account.ts';
import { presetOf } from '@shared/model/account-preset.ts';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import { numberOption } from './call-options.ts';
import { type CatalogueModel, knownModel, NO_OVERRIDES, type Overrides } from './catalogue.ts';
import { inputsOf } from './model-facts.ts';
import { effortOption, effortsOf } from './model-options.ts';
import { type LanguageModel, ModelError } from './port.ts';
import { priceOption } from './price.ts';
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
  /** Where the chat does not say. */
  readonly effort: Effort | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: ModelInputs;
}

const usualOutput = 32_000;

/** A compatible server may do without a key; the official ones and their gateways do not. */
function needsKey({ kind, preset }: ProviderRow): boolean {
  return kind !== 'demo' && (presetOf(preset, kind)?.needsKey ?? false);
}

export function isCompatible(kind: AccountKind): boolean {
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
  key: { readonly isHere: boolean; readonly variable: string | null },
): ModelError | null {
  if (isCompatible(provider.kind) && provider.baseUrl === '') {
    const message = withoutAddress(provider.name);
    return new ModelError(message, { kind: 'config', retryable: false, provider: provider.name });
  }
  const off = !provider.enabled || !config.enabled;
  const kind = !key.isHere && needsKey(provider) ? 'missing_key' : off ? 'provider_disabled' : null;
  if (kind === null) return null;
  const message =
    config.enabled || kind === 'missing_key'
      ? sentence(kind, { provider: provider.name, keyVariable: key.variable })
      : 'This model is turned off. Turn it on in Settings → Models, or pick another model.';
  return new ModelError(message, { kind, retryable: false, provider: provider.name });
}

/** Servers refuse a call whose prompt and longest answer do not fit together: small windows leave half for the prompt. */
function usualOutputIn(contextLimit: number | null): number {
  return contextLimit === null ? usualOutput : Math.min(usualOutput, Math.floor(contextLimit / 2));
}

/** What an account's models cost by themselves: nothing at all, nothing where no price is known, or nobody knows. */
export type Free = 'always' | 'unless-known' | 'never';

/** Of the configuration, else what is known, else nothing where the server runs on this computer. */
export function priceOf(
  config: ModelConfigRow,
  known: Partial<CatalogueModel> | null,
  free: Free,
): Price | null {
  const usual = free === 'always' ? null : (known?.price ?? null);
  return priceOption(config.options) ?? usual ?? (free === 'never' ? null : FREE);
}

const FREE: Price = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export function readyModel(
  model: LanguageModel,
  provider: ProviderRow,
  config: ModelConfigRow,
  more: { readonly overrides: Overrides; readonly free: Free } = NOTHING_MORE,
): ResolvedModel {
  const known = knownModel(config.model, more.overrides);
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
    price: priceOf(config, known, more.free),
    maxRetries: retries === null ? null : Math.max(0, Math.floor(retries)),
    efforts: effortsOf(known, config.options),
    effort: effortOption(config.options),
    options: config.options,
    inputs: inputsOf(provider, config),
  };
}

const NOTHING_MORE = { overrides: NO_OVERRIDES, free: 'never' } as const;
