import type { ProviderKind } from '@shared/contract/app.ts';
import type { CallFailure } from '@shared/contract/define.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { ModelConfigRow, ProviderOperations, ProviderRow } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import { type AccountRows, createAccountRows, type Rows } from './account-rows.ts';
import { withAnswerLimit } from './answer-limit.ts';
import { catalogueOf } from './catalogue.ts';
import { demoModel } from './demo/demo-model.ts';
import { type Environment, envAccounts, keyVariableOf, wantedModel } from './env-accounts.ts';
import { languageModel } from './language-model.ts';
import type { LanguageModel } from './port.ts';
import { goneModel, type ResolvedModel, readyModel, unavailable } from './ready-model.ts';
import { withSilenceGuard } from './silence-guard.ts';
import { type ModelsSnapshot, modelsSnapshot } from './snapshot.ts';

/** Where keys live: never in the database. `get` gives null when there is none. */
export interface Secrets {
  get(providerId: ProviderId): Promise<string | null>;
  set(providerId: ProviderId, key: string): Promise<void>;
  remove(providerId: ProviderId): Promise<void>;
}

export interface ModelsDeps {
  readonly store: Store<ProviderOperations>;
  readonly env: Environment;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch?: typeof globalThis.fetch;
  /** How long a model may say nothing; the default is made for models that think for minutes. */
  readonly limits?: { readonly silenceMs: number; readonly stallMs: number };
}

export interface AccountInput {
  readonly kind: Exclude<ProviderKind, 'demo'>;
  readonly name: string;
  readonly baseUrl: string;
  readonly key: string;
  readonly models: readonly string[];
}

type Answer<T, E extends string = never> = Promise<Result<T, CallFailure<E>>>;

/** The accounts and their models: rows of the database, kept until one of them changes, and keys, read at each use. */
export interface Models {
  /** Brings the accounts of the environment and the demo account up to date. Once, before anything else. */
  start(): Promise<void>;
  /** Throws ModelError: missing_key, provider_disabled or config. */
  resolve(id: ModelConfigId): Promise<ResolvedModel>;
  /**
   * Those whose key is not here, in memory until an account changes. Where others use the database, they may have it.
   * What is switched off or gone is so for all of them, and not listed.
   */
  lacking(): Promise<readonly ModelConfigId[]>;
  /** The whole list at once and again after every change, until the signal aborts. */
  watch(signal: AbortSignal): AsyncIterable<ModelsSnapshot>;
  /** The model of a new chat; null only when every account is off. */
  defaultModelId(): Promise<ModelConfigId | null>;
  add(input: AccountInput): Answer<{ providerId: ProviderId }, 'name-taken'>;
  setKey(id: ProviderId, key: string): Answer<null, 'not-found' | 'read-only'>;
  setEnabled(id: ProviderId, enabled: boolean): Answer<null, 'not-found'>;
  remove(id: ProviderId): Answer<null, 'not-found' | 'read-only'>;
  setDefault(id: ModelConfigId): Answer<null, 'not-found'>;
  /** Every key that was used or shown as present in this run: to be masked in what tools print. */
  knownSecrets(): readonly string[];
  /** Ends every watch. */
  close(): void;
}

const usualLimits = { silenceMs: 5 * 60_000, stallMs: 5 * 60_000 };

function refuse<E extends string>(code: E, message: string): { ok: false; error: CallFailure<E> } {
  return err({ code, message });
}

export function createModels(deps: ModelsDeps): Models {
  return new Registry(deps);
}

class Registry implements Models {
  readonly #deps: ModelsDeps;
  readonly #demo: LanguageModel;
  readonly #kept: AccountRows;
  /** Wakes the watches; replaced after every change. */
  #changed = Promise.resolve();
  #poke: () => void = () => {};
  #closed = false;
  readonly #seen = new Set<string>();
  #lacking: Promise<readonly ModelConfigId[]> | null = null;

  constructor(deps: ModelsDeps) {
    this.#deps = deps;
    this.#demo = demoModel({ clock: deps.clock });
    // Our own changes are announced when they are whole, with their key.
    this.#kept = createAccountRows(deps, () => {
      if (!deps.store.exclusive) this.#announce();
    });
    this.#arm();
  }

  #arm(): void {
    this.#changed = new Promise((resolve) => {
      this.#poke = resolve;
    });
  }

  #announce(): void {
    this.#kept.forget();
    this.#lacking = null;
    const wake = this.#poke;
    this.#arm();
    wake();
  }

  async start(): Promise<void> {
    const { store, env, log } = this.#deps;
    const wanted = wantedModel(env);
    const { wantedUnknown } = await store.call('syncEnvAccounts', {
      accounts: envAccounts(env),
      wanted,
      shared: !store.exclusive,
    });
    if (wantedUnknown) log.warn('GAFFER_DEFAULT_MODEL names no account', { provider: wanted?.provider });
    // Knows every key from the first tool on.
    const { providers } = await this.#rows();
    await Promise.all(providers.map((row) => this.#key(row)));
    this.#announce();
  }

  close(): void {
    this.#closed = true;
    this.#kept.close();
    this.#poke();
  }

  knownSecrets(): readonly string[] {
    return [...this.#seen];
  }

  async #key(row: ProviderRow): Promise<string | null> {
    const key = await this.#readKey(row);
    if (key !== null && !this.#seen.has(key)) {
      this.#seen.add(key);
      this.#lacking = null;
    }
    return key;
  }

  async #readKey(row: ProviderRow): Promise<string | null> {
    const variable = row.source === 'env' ? keyVariableOf(row.kind) : null;
    if (variable !== null) return this.#deps.env[variable]?.trim() || null;
    try {
      return await this.#deps.secrets.get(row.id);
    } catch (error) {
      this.#deps.log.warn('a key cannot be read', { provider: row.name, ...errorFields(error) });
      return null;
    }
  }

  #rows(): Promise<Rows> {
    return this.#kept.load();
  }

  async resolve(id: ModelConfigId): Promise<ResolvedModel> {
    const { providers, configs } = await this.#rows();
    const config = configs.find((row) => row.id === id);
    const provider = providers.find((row) => row.id === config?.providerId);
    if (!config || !provider || config.deleted) throw goneModel(provider?.name ?? '');
    const key = await this.#key(provider);
    const reason = unavailable(provider, config, key !== null);
    if (reason) throw reason;
    return readyModel(this.#model(provider, config, key), provider, config);
  }

  lacking(): Promise<readonly ModelConfigId[]> {
    if (this.#lacking) return this.#lacking;
    const own = this.#loadLacking();
    this.#lacking = own;
    own.catch(() => {
      if (this.#lacking === own) this.#lacking = null;
    });
    return own;
  }

  async #loadLacking(): Promise<readonly ModelConfigId[]> {
    const { providers, configs } = await this.#rows();
    const found = await Promise.all(
      providers.map(async (provider) => {
        const hasKey = (await this.#key(provider)) !== null;
        return configs.filter(
          (config) =>
            config.providerId === provider.id &&
            !config.deleted &&
            unavailable(provider, config, hasKey)?.kind === 'missing_key',
        );
      }),
    );
    return found.flat().map(({ id }) => id);
  }

  #model(provider: ProviderRow, config: ModelConfigRow, key: string | null): LanguageModel {
    const { clock, fetch, limits = usualLimits } = this.#deps;
    if (provider.kind === 'demo') return this.#demo;
    const model = languageModel(provider.kind, config.options, {
      provider: provider.name,
      // A compatible server on this computer needs none, but the clients insist on one.
      apiKey: key ?? 'none',
      baseUrl: provider.baseUrl,
      headers: provider.headers,
      keyVariable: provider.source === 'env' ? keyVariableOf(provider.kind) : null,
      now: () => clock.now(),
      ...(fetch ? { fetch } : {}),
    });
    return withSilenceGuard(withAnswerLimit(model), { ...limits, clock });
  }

  async #snapshot(): Promise<ModelsSnapshot> {
    const { providers, configs } = await this.#rows();
    const keys = await Promise.all(providers.map((row) => this.#key(row)));
    const withKey = new Set(providers.flatMap((row, at) => (keys[at] === null ? [] : [row.id])));
    return modelsSnapshot(providers, configs, withKey);
  }

  async *watch(signal: AbortSignal): AsyncGenerator<ModelsSnapshot> {
    while (!signal.aborted && !this.#closed) {
      // Taken before the read, so a change during the read is not missed.
      const changed = this.#changed;
      yield await this.#snapshot();
      await untilEither(changed, signal);
    }
  }

  async defaultModelId(): Promise<ModelConfigId | null> {
    const { providers, configs } = await this.#rows();
    const usable = configs.filter(
      (config) =>
        !config.deleted && config.enabled && providers.some((p) => p.id === config.providerId && p.enabled),
    );
    return (usable.find((config) => config.isDefault) ?? usable[0])?.id ?? null;
  }

  async add(input: AccountInput): Answer<{ providerId: ProviderId }, 'name-taken'> {
    const { store, secrets } = this.#deps;
    const own = input.models.map((model) => ({ model, displayName: model, contextLimit: null }));
    const listed = catalogueOf(input.kind).map(({ id, name, contextLimit }) => ({
      model: id,
      displayName: name,
      contextLimit,
    }));
    const models = [...own, ...listed].filter(
      (m, i, all) => all.findIndex((other) => other.model === m.model) === i,
    );
    const { kind, name, baseUrl } = input;
    const added = await store.call('addAccount', { kind, name, baseUrl, models });
    if (!added.ok) return refuse('name-taken', `There is an account named “${name}” already.`);
    if (input.key !== '') await secrets.set(added.value, input.key);
    this.#announce();
    return ok({ providerId: added.value });
  }

  async setKey(id: ProviderId, key: string): Answer<null, 'not-found' | 'read-only'> {
    const row = (await this.#rows()).providers.find((provider) => provider.id === id);
    if (!row) return refuse('not-found', 'This account is gone.');
    if (row.source !== 'user')
      return refuse('read-only', `${row.name} takes its key from the environment.`);
    await this.#deps.secrets.set(id, key);
    this.#announce();
    return ok(null);
  }

  async setEnabled(id: ProviderId, enabled: boolean): Answer<null, 'not-found'> {
    const found = await this.#deps.store.call('setAccountEnabled', { providerId: id, enabled });
    if (!found) return refuse('not-found', 'This account is gone.');
    this.#announce();
    return ok(null);
  }

  async remove(id: ProviderId): Answer<null, 'not-found' | 'read-only'> {
    const removed = await this.#deps.store.call('removeAccount', id);
    if (!removed.ok) {
      const gone = removed.error === 'not-found';
      return refuse(
        removed.error,
        gone ? 'This account is gone.' : 'This account comes from the environment.',
      );
    }
    await this.#deps.secrets.remove(id);
    this.#announce();
    return ok(null);
  }

  async setDefault(id: ModelConfigId): Answer<null, 'not-found'> {
    if (!(await this.#deps.store.call('setDefaultModel', id)))
      return refuse('not-found', 'This model is gone.');
    this.#announce();
    return ok(null);
  }
}

/** Resolves when the promise does or the signal aborts; leaves no listener behind. */
async function untilEither(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    if (signal.aborted) resolve();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', onAbort);
}
