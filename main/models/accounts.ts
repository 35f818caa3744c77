import type { AccountCheck } from '@shared/model/account.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { ProviderOperations, ProviderRow } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import { type AccountRows, createAccountRows, type Rows } from './account-rows.ts';
import { freeOf } from './account-settings.ts';
import { NO_OVERRIDES } from './catalogue.ts';
import { type CatalogueFile, loadCatalogueFile } from './catalogue-file.ts';
import { type AccountEdits, accountEdits, type EditDeps, modelEdits } from './edits.ts';
import { envAccounts, keyVariableOf, wantedModel } from './env-accounts.ts';
import { presetsInEnvironment } from './offers.ts';
import { createReach, type Reach, type ReachDeps } from './reach.ts';
import { goneModel, type ResolvedModel, readyModel, unavailable } from './ready-model.ts';
import { serverEdits } from './server-edits.ts';
import { type ModelsSnapshot, modelsSnapshot } from './snapshot.ts';

/** Where keys live: never in the database. `get` gives null when there is none. */
export interface Secrets {
  get(providerId: ProviderId): Promise<string | null>;
  set(providerId: ProviderId, key: string): Promise<void>;
  remove(providerId: ProviderId): Promise<void>;
}

export interface ModelsDeps extends ReachDeps {
  readonly store: Store<ProviderOperations>;
  readonly secrets: Secrets;
  readonly log: Log;
  /** The person's own prices and limits (catalogue-file.ts); none when absent. */
  readonly catalogueFile?: string;
}

/** The accounts and their models: rows of the database, kept until one of them changes, and keys, read at each use. */
export interface Models extends AccountEdits {
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
  /** Reads the person's file of prices and limits again. */
  loadCatalogue(): Promise<CatalogueFile & { readonly file: string }>;
  /** Every key that was used or shown as present in this run: to be masked in what tools print. */
  knownSecrets(): readonly string[];
  /** Ends every watch. */
  close(): Promise<void>;
}

export function createModels(deps: ModelsDeps): Models {
  const registry = new Registry(deps);
  const rows = () => registry.rows();
  const edits: EditDeps = {
    ...deps,
    rows,
    find: async (id) => (await rows()).providers.find((row) => row.id === id),
    settings: (row) => registry.settings(row),
    announce: () => registry.announce(),
    checked: (id, check) => registry.checked(id, check),
  };
  return Object.assign(registry, accountEdits(edits), modelEdits(edits), serverEdits(edits));
}

class Registry implements Omit<Models, keyof AccountEdits> {
  readonly #deps: ModelsDeps;
  readonly #reach: Reach;
  readonly #kept: AccountRows;
  readonly #checks = new Map<ProviderId, AccountCheck>();
  /** Wakes the watches; replaced after every change. */
  #changed = Promise.resolve();
  #poke: () => void = () => {};
  #closed = false;
  readonly #seen = new Set<string>();
  #lacking: Promise<readonly ModelConfigId[]> | null = null;
  #catalogue: CatalogueFile = { overrides: NO_OVERRIDES, problems: [], exists: false };

  constructor(deps: ModelsDeps) {
    this.#deps = deps;
    this.#reach = createReach(deps);
    // Our own changes are announced when they are whole, with their key.
    this.#kept = createAccountRows(deps, () => {
      if (!deps.store.exclusive) this.announce();
    });
    this.#arm();
  }

  #arm(): void {
    this.#changed = new Promise((resolve) => {
      this.#poke = resolve;
    });
  }

  announce(): void {
    this.#kept.forget();
    this.#lacking = null;
    const wake = this.#poke;
    this.#arm();
    wake();
  }

  checked(id: ProviderId, check: AccountCheck | null): void {
    if (check) this.#checks.set(id, check);
    else this.#checks.delete(id);
    this.announce();
  }

  async start(): Promise<void> {
    const { store, env, log } = this.#deps;
    const wanted = wantedModel(env);
    const { wantedUnknown } = await store.call('syncEnvAccounts', {
      accounts: envAccounts(env),
      wanted,
      presets: presetsInEnvironment(env).map(({ id }) => id),
      shared: !store.exclusive,
    });
    if (wantedUnknown) log.warn('GAFFER_DEFAULT_MODEL names no account', { provider: wanted?.provider });
    // Knows every key from the first tool on.
    const { providers } = await this.rows();
    await Promise.all(providers.map((row) => this.#key(row)));
    await this.loadCatalogue();
  }

  async loadCatalogue(): Promise<CatalogueFile & { readonly file: string }> {
    const { catalogueFile: file = '', log } = this.#deps;
    if (file !== '') this.#catalogue = await loadCatalogueFile(file);
    const { problems } = this.#catalogue;
    if (problems.length > 0) log.warn('the file of prices and limits is not used', { file, problems });
    this.announce();
    return { ...this.#catalogue, file };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#kept.close();
    this.#poke();
    await this.#reach.close();
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
    const variable = keyVariableOf(row, this.#deps.env);
    if (variable !== null) return this.#deps.env[variable]?.trim() || null;
    try {
      return await this.#deps.secrets.get(row.id);
    } catch (error) {
      this.#deps.log.warn('a key cannot be read', { provider: row.name, ...errorFields(error) });
      return null;
    }
  }

  rows(): Promise<Rows> {
    return this.#kept.load();
  }

  async resolve(id: ModelConfigId): Promise<ResolvedModel> {
    const { providers, configs } = await this.rows();
    const config = configs.find((row) => row.id === id);
    const provider = providers.find((row) => row.id === config?.providerId);
    if (!config || !provider || config.deleted) throw goneModel(provider?.name ?? '');
    const key = await this.#key(provider);
    const variable = keyVariableOf(provider, this.#deps.env);
    const reason = unavailable(provider, config, { isHere: key !== null, variable });
    if (reason) throw reason;
    const more = { overrides: this.#catalogue.overrides, free: freeOf(provider) };
    return readyModel(this.#reach.model(provider, config, key), provider, config, more);
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
    const { providers, configs } = await this.rows();
    const found = await Promise.all(
      providers.map(async (provider) => {
        const key = { isHere: (await this.#key(provider)) !== null, variable: null };
        return configs.filter(
          (config) =>
            config.providerId === provider.id &&
            !config.deleted &&
            unavailable(provider, config, key)?.kind === 'missing_key',
        );
      }),
    );
    return found.flat().map(({ id }) => id);
  }

  async settings(row: ProviderRow) {
    return this.#reach.settings(row, await this.#key(row));
  }

  async #snapshot(): Promise<ModelsSnapshot> {
    const { providers, configs } = await this.rows();
    const keys = await Promise.all(providers.map((row) => this.#key(row)));
    const withKey = new Set(providers.flatMap((row, at) => (keys[at] === null ? [] : [row.id])));
    const { env } = this.#deps;
    const { overrides } = this.#catalogue;
    return modelsSnapshot(providers, configs, { withKey, env, overrides, checks: this.#checks });
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
    const { providers, configs } = await this.rows();
    const usable = configs.filter(
      (config) =>
        !config.deleted && config.enabled && providers.some((p) => p.id === config.providerId && p.enabled),
    );
    return (usable.find((config) => config.isDefault) ?? usable[0])?.id ?? null;
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
