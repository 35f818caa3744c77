import type { ProviderKind } from '@shared/contract/app.ts';
import type { EnvAccount } from '../db/provider-sync.ts';
import { catalogueOf } from './catalogue.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that holds the key of an environment account of this kind; null when there is none. */
export function keyVariableOf(kind: ProviderKind): string | null {
  if (kind === 'openai') return 'OPENAI_API_KEY';
  return kind === 'anthropic' ? 'ANTHROPIC_API_KEY' : null;
}

function models(kind: EnvAccount['kind']): EnvAccount['models'] {
  return catalogueOf(kind).map(({ id, name, contextLimit }) => ({
    model: id,
    displayName: name,
    contextLimit,
  }));
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
