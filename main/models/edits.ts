import type { CallFailure } from '@shared/contract/define.ts';
import type { NewAccount } from '@shared/contract/new-account.ts';
import { accountProblems } from '@shared/contract/new-account.ts';
import type { AccountCheck, AccountOffer, ListedModel, ModelSettings } from '@shared/model/account.ts';
import { presetOf } from '@shared/model/account-preset.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import type { ProviderOperations, ProviderRow } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import type { Rows } from './account-rows.ts';
import type { Secrets } from './accounts.ts';
import { type AdapterSettings, failureContext } from './adapter-settings.ts';
import { checkAccount } from './check-account.ts';
import type { Environment } from './env-accounts.ts';
import { classify } from './errors.ts';
import { listModels } from './list-models.ts';
import { optionsOf } from './model-options.ts';
import { fromCatalogue, fromList, named } from './new-models.ts';
import { findOffers } from './offers.ts';

type Answer<T, E extends string = never> = Promise<Result<T, CallFailure<E>>>;

export interface AccountChange {
  readonly providerId: ProviderId;
  readonly name: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: string;
  readonly apiVersion: string;
}

/** What a person does with accounts and their models. */
export interface AccountEdits {
  add(input: NewAccount): Answer<{ providerId: ProviderId }, 'name-taken' | 'no-models'>;
  update(change: AccountChange): Answer<null, 'not-found' | 'name-taken' | 'invalid'>;
  setKey(id: ProviderId, key: string): Answer<null, 'not-found' | 'read-only'>;
  setEnabled(id: ProviderId, enabled: boolean): Answer<null, 'not-found'>;
  remove(id: ProviderId): Answer<null, 'not-found' | 'read-only'>;
  test(id: ProviderId): Answer<AccountCheck, 'not-found'>;
  listed(id: ProviderId): Answer<{ models: readonly ListedModel[] }, 'not-found' | 'failed'>;
  offers(): Promise<readonly AccountOffer[]>;
  accept(
    preset: string,
  ): Answer<
    { providerId: ProviderId; modelConfigId: ModelConfigId | null },
    'not-found' | 'name-taken' | 'no-models'
  >;
  addModels(
    id: ProviderId,
    models: readonly string[],
  ): Answer<{ modelConfigIds: readonly ModelConfigId[] }, 'not-found' | 'taken'>;
  updateModel(id: ModelConfigId, settings: ModelSettings): Answer<null, 'not-found'>;
  removeModel(id: ModelConfigId): Answer<null, 'not-found'>;
  setDefault(id: ModelConfigId): Answer<null, 'not-found'>;
}

interface EditDeps {
  readonly store: Store<ProviderOperations>;
  readonly secrets: Secrets;
  readonly env: Environment;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  rows(): Promise<Rows>;
  /** With its key. */
  settings(row: ProviderRow): Promise<AdapterSettings>;
  announce(): void;
  checked(id: ProviderId, check: AccountCheck | null): void;
}

/** Of a server that nobody knows, that much is asked for its list before it is given up. */
const LIST_MS = 20_000;

function refuse<E extends string>(code: E, message: string): { ok: false; error: CallFailure<E> } {
  return err({ code, message });
}

const goneAccount = () => refuse('not-found', 'This account is gone.');
const nameTaken = (name: string) => refuse('name-taken', `There is an account named “${name}” already.`);

export function createAccountEdits(deps: EditDeps): AccountEdits {
  const { store, secrets } = deps;
  const find = async (id: ProviderId) => (await deps.rows()).providers.find((row) => row.id === id);
  const after = <T>(answer: T): T => {
    deps.announce();
    return answer;
  };
  return {
    ...serverEdits(deps, find),
    async update(change) {
      const row = await find(change.providerId);
      if (!row) return goneAccount();
      // The environment says where its accounts are; it would be read again with the next start.
      const kept = row.source === 'env' && row.preset === '';
      const baseUrl = kept ? row.baseUrl : change.baseUrl;
      const asked = { ...change, kind: row.kind, baseUrl, key: '', models: [] };
      const [problem] = accountProblems(asked as NewAccount, false);
      if (problem) return refuse('invalid', problem.message);
      const { providerId, name, headers, proxy, apiVersion } = change;
      const options = { api_version: apiVersion };
      const args = { providerId, name, baseUrl, headers, proxy, options };
      const changed = await store.call('updateAccount', args);
      if (!changed.ok) return changed.error === 'name-taken' ? nameTaken(name) : goneAccount();
      deps.checked(providerId, null);
      return ok(null);
    },
    async setKey(id, key) {
      const row = await find(id);
      if (!row) return goneAccount();
      if (row.source === 'env')
        return refuse('read-only', `${row.name} takes its key from the environment.`);
      await secrets.set(id, key);
      deps.checked(id, null);
      return ok(null);
    },
    async setEnabled(id, enabled) {
      const found = await store.call('setAccountEnabled', { providerId: id, enabled });
      return found ? after(ok(null)) : goneAccount();
    },
    async remove(id) {
      const removed = await store.call('removeAccount', id);
      if (!removed.ok)
        return removed.error === 'not-found'
          ? goneAccount()
          : refuse('read-only', 'This account comes from the environment.');
      await secrets.remove(id);
      deps.checked(id, null);
      return ok(null);
    },
    async updateModel(id, settings) {
      const { displayName, enabled, contextLimit, compressionThreshold } = settings;
      const own = { id, displayName, enabled, contextLimit, compressionThreshold };
      const found = await store.call('updateModel', { ...own, options: optionsOf(settings) });
      return found ? after(ok(null)) : goneModelAnswer();
    },
    async removeModel(id) {
      return (await store.call('removeModel', id)) ? after(ok(null)) : goneModelAnswer();
    },
    async setDefault(id) {
      return (await store.call('setDefaultModel', id)) ? after(ok(null)) : goneModelAnswer();
    },
  };
}

const goneModelAnswer = () => refuse('not-found', 'This model is gone.');

type ServerEdits = Pick<AccountEdits, 'add' | 'test' | 'listed' | 'offers' | 'accept' | 'addModels'>;

/** What may ask the server itself. */
function serverEdits(
  deps: EditDeps,
  find: (id: ProviderId) => Promise<ProviderRow | undefined>,
): ServerEdits {
  const { store, secrets, env } = deps;
  const ask = async (row: ProviderRow) =>
    row.kind === 'demo'
      ? null
      : listModels(await deps.settings(row), row.kind, AbortSignal.timeout(LIST_MS));

  async function insert(input: NewAccount, source: ProviderRow['source']) {
    const { kind, preset = '', name, baseUrl, headers = {}, proxy = '', apiVersion = '' } = input;
    const options = apiVersion === '' ? {} : { api_version: apiVersion };
    const own = named(input.models);
    const models = [...own, ...fromCatalogue(kind)].filter(
      (m, i, all) => all.findIndex((other) => other.model === m.model) === i,
    );
    const row = { kind, preset, name, baseUrl, headers, proxy, options, source, models };
    const added = await store.call('addAccount', row);
    if (!added.ok) return nameTaken(name);
    if (input.key !== '' && source !== 'env') await secrets.set(added.value, input.key);
    deps.announce();
    if (models.length > 0) return ok({ providerId: added.value });
    return fill(added.value);
  }

  /** An account that nobody named a model for: the server is asked, and without an answer there is no account. */
  async function fill(id: ProviderId) {
    const row = await find(id);
    const models = row ? await listOrProblem(row) : [];
    if (typeof models !== 'string' && models.length > 0) {
      await store.call('addModels', { providerId: id, models: fromList(models) });
      deps.announce();
      return ok({ providerId: id });
    }
    await store.call('removeAccount', id);
    await secrets.remove(id);
    deps.announce();
    const why = typeof models === 'string' ? models : 'The server lists no models.';
    return refuse('no-models', `${why} Name at least one model to add the account without asking it.`);
  }

  async function listOrProblem(row: ProviderRow) {
    try {
      return (await ask(row)) ?? [];
    } catch (error) {
      return classify(error, failureContext(await deps.settings(row))).message;
    }
  }

  return {
    add: (input) => insert(input, 'user'),
    async test(id) {
      const row = await find(id);
      if (!row) return goneAccount();
      const { configs } = await deps.rows();
      const first = configs.find((one) => one.providerId === id && !one.deleted && one.enabled) ?? null;
      const { kind, preset } = row;
      const check =
        kind === 'demo'
          ? { at: new Date(deps.clock.now()).toISOString(), tookMs: 0, models: 1, problem: null }
          : await checkAccount({ kind, preset, settings: await deps.settings(row) }, first, deps.clock);
      deps.checked(id, check);
      return ok(check);
    },
    async listed(id) {
      const row = await find(id);
      if (!row) return goneAccount();
      const models = await listOrProblem(row);
      if (typeof models === 'string') return refuse('failed', models);
      const there = new Set(
        (await deps.rows()).configs.filter((c) => c.providerId === id && !c.deleted).map((c) => c.model),
      );
      return ok({ models: models.map((model) => ({ ...model, added: there.has(model.id) })) });
    },
    offers: async () => findOffers(env, (await deps.rows()).providers, deps.fetch),
    async accept(preset) {
      const offers = await findOffers(env, (await deps.rows()).providers, deps.fetch);
      const offer = offers.find((one) => one.preset === preset);
      const known = PRESET(preset);
      if (!offer || !known) return refuse('not-found', 'This server, or its key, is not there any more.');
      const { headers, apiVersion } = known;
      const { name, baseUrl, variable } = offer;
      const isVersioned = baseUrl.includes('/deployments/');
      const added = await insert(
        {
          kind: known.kind,
          preset,
          name,
          baseUrl,
          key: '',
          models: [],
          headers,
          apiVersion: isVersioned ? (apiVersion ?? '') : '',
        },
        variable === null ? 'local' : 'env',
      );
      if (!added.ok) return added;
      const { providerId } = added.value;
      const first = (await deps.rows()).configs.find((c) => c.providerId === providerId && !c.deleted);
      return ok({ providerId, modelConfigId: first?.id ?? null });
    },
    async addModels(id, models) {
      const row = await find(id);
      if (!row) return goneAccount();
      // What the server tells of them is taken along; a list that does not come is no reason not to add.
      const listed = await listOrProblem(row);
      const told = typeof listed === 'string' ? [] : listed;
      const added = await store.call('addModels', { providerId: id, models: named(models, told) });
      if (added.ok) {
        deps.announce();
        return ok({ modelConfigIds: added.value });
      }
      if (added.error === 'not-found') return goneAccount();
      return refuse(
        'taken',
        `${row.name} has ${models.length === 1 ? 'this model' : 'these models'} already.`,
      );
    },
  };
}

const PRESET = (id: string) => presetOf(id, 'openai-compat');
