import { presetOf } from '@shared/model/account-preset.ts';
import type { EnvAccount } from '../db/provider-sync.ts';
import type { ProviderRow } from '../db/providers.ts';
import { catalogueOf } from './catalogue.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that holds the key of an account of the environment; null when the person typed it in. */
export function keyVariableOf(
  { kind, preset, source }: Pick<ProviderRow, 'kind' | 'preset' | 'source'>,
  env: Environment,
): string | null {
  if (source !== 'env') return null;
  const variables = presetOf(preset, kind)?.variables ?? [];
  return variables.find((name) => env[name]?.trim()) ?? variables[0] ?? null;
}

function models(kind: EnvAccount['kind']): EnvAccount['models'] {
  return catalogueOf(kind).map(({ id }) => id);
}

/** The accounts that the environment gives, and the demo account, which is always there. */
export function envAccounts(env: Environment): EnvAccount[] {
  const found: EnvAccount[] = [];
  const known = [
    { kind: 'openai', name: 'OpenAI', key: 'OPENAI_API_KEY', url: 'OPENAI_BASE_URL' },
    { kind: 'anthropic', name: 'Anthropic', key: 'ANTHROPIC_API_KEY', url: 'ANTHROPIC_BASE_URL' },
  ] as const;
  for (const { kind, name, key, url } of known) {
    if (!env[key]?.trim()) continue;
    const baseUrl = env[url]?.trim() ?? '';
    found.push({
      kind,
      name,
      baseUrl: URL.canParse(baseUrl) ? baseUrl : '',
      source: 'env',
      models: models(kind),
    });
  }
  found.push({ kind: 'demo', name: 'Demo', baseUrl: '', source: 'local', models: models('demo') });
  return found;
}

/** GAFFER_DEFAULT_MODEL is `provider:model`; a model's id may hold colons itself. */
export function wantedModel(env: Environment): { provider: string; model: string } | null {
  const value = env['GAFFER_DEFAULT_MODEL']?.trim() ?? '';
  const colon = value.indexOf(':');
  if (colon <= 0 || colon === value.length - 1) return null;
  return { provider: value.slice(0, colon), model: value.slice(colon + 1) };
}
