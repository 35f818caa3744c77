import { type AccountPreset, PRESETS } from '@shared/model/account-preset.ts';
import type { Environment } from './env-accounts.ts';
import { readList } from './list-models.ts';

export interface LocalServer {
  readonly preset: AccountPreset;
  readonly baseUrl: string;
  readonly models: readonly string[];
}

/** Longer than a server on this computer takes to list its models. */
const PROBE_MS = 800;
const MAX_BYTES = 1_000_000;

/** Model servers that answer on this computer now. Never takes longer than a second; what does not answer is not there. */
export async function findLocalServers(
  env: Environment,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<readonly LocalServer[]> {
  const found = await Promise.all(
    PRESETS.filter(({ local }) => local).map(async (preset): Promise<LocalServer | null> => {
      const baseUrl = addressOf(preset, env);
      const models = await probe(baseUrl, fetch);
      return models === null || models.length === 0 ? null : { preset, baseUrl, models };
    }),
  );
  return found.filter((server) => server !== null);
}

/** Ollama is told by a variable where to listen: "host:port", a port alone, or an address. */
function addressOf({ id, baseUrl }: AccountPreset, env: Environment): string {
  const told = id === 'ollama' ? (env['OLLAMA_HOST']?.trim() ?? '') : '';
  const whole = told.includes('://') ? told : `http://${told.replace(/^:/, '127.0.0.1:')}`;
  if (told === '' || !URL.canParse(whole)) return baseUrl;
  const url = new URL(whole);
  const host = url.hostname === '0.0.0.0' ? '127.0.0.1' : url.hostname;
  const isLoopback = host === 'localhost' || host === '[::1]' || host.startsWith('127.');
  return isLoopback ? `http://${host}:${url.port || '11434'}/v1` : baseUrl;
}

async function probe(baseUrl: string, fetch: typeof globalThis.fetch): Promise<readonly string[] | null> {
  try {
    const answer = await fetch(`${baseUrl}/models`, {
      signal: AbortSignal.timeout(PROBE_MS),
      redirect: 'error',
    });
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    const tooLong = Number(answer.headers.get('content-length') ?? 0) > MAX_BYTES;
    if (!answer.ok || !isJson || tooLong) {
      await answer.body?.cancel();
      return null;
    }
    return readList(await answer.json())?.map(({ id }) => id) ?? null;
  } catch {
    return null;
  }
}
