import type { AccountCheck } from '@shared/model/account.ts';
import type { Clock } from '../base/clock.ts';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import { type AdapterSettings, failureContext } from './adapter-settings.ts';
import { classify } from './errors.ts';
import { failureFacts } from './failure-facts.ts';
import { languageModel } from './language-model.ts';
import { listModels } from './list-models.ts';
import { openaiClient } from './openai/client.ts';
import type { ModelError } from './port.ts';

/** Longer than any server needs that works. */
const CHECK_MS = 30_000;
/** The fewest that every API takes. */
const FEW_TOKENS = 16;

type Kind = Exclude<ProviderRow['kind'], 'demo'>;

/** Asks for the list of models, which costs nothing; where there is none, for one word of the first model. */
export async function checkAccount(
  account: { readonly kind: Kind; readonly preset: string; readonly settings: AdapterSettings },
  first: ModelConfigRow | null,
  clock: Clock,
): Promise<AccountCheck> {
  const startedAt = clock.now();
  const signal = AbortSignal.timeout(CHECK_MS);
  const done = (models: number | null, problem: AccountCheck['problem']): AccountCheck => ({
    at: new Date(clock.now()).toISOString(),
    tookMs: Math.round(clock.now() - startedAt),
    models,
    problem,
  });
  try {
    // This list is for everybody: it says nothing of the key.
    if (account.preset === 'openrouter')
      await (await openaiClient(account.settings)).get('/key', { signal, timeout: CHECK_MS });
    const listed = await listOf(account, signal);
    if (listed !== null) return done(listed, null);
    if (first === null) return done(null, NO_LIST);
    await askOneWord(account, first, signal);
    return done(null, null);
  } catch (error) {
    return done(null, problemOf(classify(error, { ...failureContext(account.settings), atAccount: true })));
  }
}

const NO_LIST = {
  short: 'lists no models',
  message:
    'The server answers, but lists no models. Check the base URL, which often ends in /v1, or add a model by its name.',
  detail: null,
};

/** How many; null: this server has no list. */
async function listOf(
  { kind, settings }: { readonly kind: Kind; readonly settings: AdapterSettings },
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return (await listModels(settings, kind, signal))?.length ?? null;
  } catch (error) {
    const { status } = failureFacts(error);
    if (status === 404 || status === 405 || status === 501) return null;
    throw error;
  }
}

async function askOneWord(
  { kind, settings }: { readonly kind: Kind; readonly settings: AdapterSettings },
  { model, options }: ModelConfigRow,
  signal: AbortSignal,
): Promise<void> {
  const request = {
    model,
    messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Say “yes”.' }] }],
    tools: [],
    toolChoice: 'none' as const,
    maxOutputTokens: FEW_TOKENS,
    effort: null,
    options: {},
  };
  // The first word is enough.
  for await (const _ of languageModel(kind, options, settings).stream(request, signal)) return;
}

const SHORT: Partial<Record<ModelError['kind'], string>> = {
  auth: 'key refused',
  missing_key: 'no key',
  usage_limit: 'quota used up',
  rate_limit: 'rate limited',
  overloaded: 'overloaded',
  config: 'address or model refused',
  timeout: 'not reachable',
};

function problemOf({ kind, message, detail }: ModelError): NonNullable<AccountCheck['problem']> {
  return { short: SHORT[kind] ?? 'failed', message, detail };
}
