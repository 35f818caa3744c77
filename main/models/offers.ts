import type { AccountOffer } from '@shared/model/account.ts';
import { type AccountPreset, PRESETS } from '@shared/model/account-preset.ts';
import type { ProviderRow } from '../db/providers.ts';
import type { Environment } from './env-accounts.ts';
import { findLocalServers } from './local-servers.ts';

/** Presets whose key stands in the environment; OpenAI's and Anthropic's own accounts are there without being asked. */
export function presetsInEnvironment(env: Environment): readonly AccountPreset[] {
  return PRESETS.filter(
    ({ id, kind, variables }) =>
      id !== kind && variables.some((name) => env[name]?.trim()) && addressIn(env, id) !== null,
  );
}

/** Of Azure, only the person can tell whose server it is. */
function addressIn(env: Environment, id: AccountPreset['id']): string | null {
  if (id !== 'azure') return '';
  const endpoint = env['AZURE_OPENAI_ENDPOINT']?.trim() ?? '';
  if (!URL.canParse(endpoint)) return null;
  const deployment = env['AZURE_OPENAI_DEPLOYMENT']?.trim() || env['AZURE_OPENAI_DEPLOYMENT_NAME']?.trim();
  const { origin } = new URL(endpoint);
  // The newer address serves every deployment by its name.
  return deployment ? `${origin}/openai/deployments/${deployment}` : `${origin}/openai/v1`;
}

/** What could be added as it is, and is not there yet. Takes a second at most. */
export async function findOffers(
  env: Environment,
  providers: readonly ProviderRow[],
  fetch?: typeof globalThis.fetch,
): Promise<readonly AccountOffer[]> {
  const fromEnv = presetsInEnvironment(env).map(
    ({ id, label, baseUrl, variables }): AccountOffer => ({
      preset: id,
      name: label,
      baseUrl: addressIn(env, id) || baseUrl,
      variable: variables.find((name) => env[name]?.trim()) ?? null,
      models: [],
    }),
  );
  const local = (await findLocalServers(env, fetch)).map(
    ({ preset, baseUrl, models }): AccountOffer => ({
      preset: preset.id,
      name: preset.label,
      baseUrl,
      variable: null,
      models,
    }),
  );
  return [...fromEnv, ...local].filter((offer) => !providers.some((row) => isOf(row, offer)));
}

/** An account that the person made for the same server is that offer, taken. */
function isOf(row: ProviderRow, { preset, baseUrl, variable }: AccountOffer): boolean {
  if (row.preset === preset && (variable === null || row.source === 'env')) return true;
  return variable === null && hostOf(row.baseUrl) === hostOf(baseUrl);
}

/** Two names of this computer are one. */
function hostOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return '';
  return new URL(baseUrl).host.replace(/^(localhost|\[::1\])(?=:|$)/, '127.0.0.1');
}
