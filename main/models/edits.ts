import type { CallFailure } from '@shared/contract/define.ts';
import { accountProblems, type NewAccount } from '@shared/contract/new-account.ts';
import type { AccountCheck, AccountOffer, ListedModel, ModelSettings } from '@shared/model/account.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { ok, type Result } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import type { ProviderOperations, ProviderRow } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import type { Rows } from './account-rows.ts';
import type { Secrets } from './accounts.ts';
import type { AdapterSettings } from './adapter-settings.ts';
import type { Environment } from './env-accounts.ts';
import { optionsOf } from './model-options.ts';
import { goneAccount, goneModelConfig, nameTaken, refuse } from './refuse.ts';

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

/** What the server itself may be asked for is in server-edits.ts. */
export interface EditDeps {
  readonly store: Store<ProviderOperations>;
  readonly secrets: Secrets;
  readonly env: Environment;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  rows(): Promise<Rows>;
  find(id: ProviderId): Promise<ProviderRow | undefined>;
  /** With its key. */
  settings(row: ProviderRow): Promise<AdapterSettings>;
  announce(): void;
  checked(id: ProviderId, check: AccountCheck | null): void;
}

type AccountCalls = Pick<AccountEdits, 'update' | 'setKey' | 'setEnabled' | 'remove'>;

export function accountEdits(deps: EditDeps): AccountCalls {
  const { store, secrets, find } = deps;
  return {
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
      if (!found) return goneAccount();
      deps.announce();
      return ok(null);
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
  };
}

type ModelCalls = Pick<AccountEdits, 'updateModel' | 'removeModel' | 'setDefault'>;

export function modelEdits({ store, announce }: EditDeps): ModelCalls {
  const told = (found: boolean) => {
    if (!found) return goneModelConfig();
    announce();
    return ok(null);
  };
  return {
    async updateModel(id, settings) {
      const { displayName, enabled, contextLimit, compressionThreshold } = settings;
      const own = { id, displayName, enabled, contextLimit, compressionThreshold };
      return told(await store.call('updateModel', { ...own, options: optionsOf(settings) }));
    },
    removeModel: async (id) => told(await store.call('removeModel', id)),
    setDefault: async (id) => told(await store.call('setDefaultModel', id)),
  };
}
