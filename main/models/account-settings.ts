import { presetOf } from '@shared/model/account-preset.ts';
import type { ProviderRow } from '../db/providers.ts';
import type { AdapterSettings } from './adapter-settings.ts';
import { type Environment, keyVariableOf } from './env-accounts.ts';
import { type Free, isCompatible } from './ready-model.ts';

/** What every adapter needs of an account. Azure is asked for a version of its API in the address. */
export function accountSettings(
  row: ProviderRow,
  key: string | null,
  deps: {
    readonly env: Environment;
    readonly now: () => number;
    readonly fetch: typeof globalThis.fetch | undefined;
  },
): AdapterSettings {
  const version = row.options['api_version'];
  return {
    provider: row.name,
    // A compatible server on this computer needs none, but the clients insist on one.
    apiKey: key ?? 'none',
    baseUrl: row.baseUrl,
    compatible: isCompatible(row.kind),
    headers: row.headers,
    ...(typeof version === 'string' && version !== '' ? { query: { 'api-version': version } } : {}),
    keyVariable: keyVariableOf(row, deps.env),
    now: deps.now,
    ...(deps.fetch ? { fetch: deps.fetch } : {}),
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)$/i;

/** Its server runs on this computer. A gateway to an official account there is none: what it passes on costs. */
export function isLocal({
  baseUrl,
  preset,
  kind,
}: Pick<ProviderRow, 'baseUrl' | 'preset' | 'kind'>): boolean {
  if (kind === 'demo') return true;
  if (!isCompatible(kind)) return false;
  if (!URL.canParse(baseUrl)) return presetOf(preset, kind)?.local ?? false;
  return LOOPBACK.test(new URL(baseUrl).hostname);
}

/** What such a server runs itself is free whatever it is called; another may pass on what a known model costs. */
export function freeOf(row: Pick<ProviderRow, 'baseUrl' | 'preset' | 'kind'>): Free {
  if (!isLocal(row)) return 'never';
  return row.preset !== '' && presetOf(row.preset, row.kind)?.local ? 'always' : 'unless-known';
}
