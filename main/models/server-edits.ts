import type { NewAccount } from '@shared/contract/new-account.ts';
import { presetOf } from '@shared/model/account-preset.ts';
import type { ProviderId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import type { ProviderRow } from '../db/providers.ts';
import { failureContext } from './adapter-settings.ts';
import { checkAccount } from './check-account.ts';
import type { AccountEdits, EditDeps } from './edits.ts';
import { classify } from './errors.ts';
import { type Listed, listModels } from './list-models.ts';
import { fromCatalogue, fromList, named } from './new-models.ts';
import { findOffers } from './offers.ts';
import { goneAccount, nameTaken, refuse } from './refuse.ts';

type ServerEdits = Pick<AccountEdits, 'add' | 'test' | 'listed' | 'offers' | 'accept' | 'addModels'>;

/** Of a server that nobody knows, that much is asked for its list before it is given up. */
const LIST_MS = 20_000;

/** What may ask the server itself. */
export function serverEdits(deps: EditDeps): ServerEdits {
  const insert = createInsert(deps);
  return {
    add: (input) => insert(input, 'user'),
    test: (id) => test(deps, id),
    async listed(id) {
      const row = await deps.find(id);
      if (!row) return goneAccount();
      const models = await listOrProblem(deps, row);
      if (typeof models === 'string') return refuse('failed', models);
      const { configs } = await deps.rows();
      const there = new Set(
        configs.filter((one) => one.providerId === id && !one.deleted).map(({ model }) => model),
      );
      return ok({ models: models.map((model) => ({ ...model, added: there.has(model.id) })) });
    },
    offers: async () => findOffers(deps.env, (await deps.rows()).providers, deps.fetch),
    accept: (preset) => accept(deps, insert, preset),
    async addModels(id, models) {
      const row = await deps.find(id);
      if (!row) return goneAccount();
      // What the server tells of them is taken along; a list that does not come is no reason not to add.
      const listed = await listOrProblem(deps, row);
      const told = typeof listed === 'string' ? [] : listed;
      const added = await deps.store.call('addModels', { providerId: id, models: named(models, told) });
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

/** The models that the server lists, or a sentence why it does not. */
async function listOrProblem(deps: EditDeps, row: ProviderRow): Promise<readonly Listed[] | string> {
  if (row.kind === 'demo') return [];
  const settings = await deps.settings(row);
  try {
    return (await listModels(settings, row.kind, AbortSignal.timeout(LIST_MS))) ?? [];
  } catch (error) {
    return classify(error, failureContext(settings)).message;
  }
}

type Insert = (input: NewAccount, source: ProviderRow['source']) => ReturnType<AccountEdits['add']>;

function createInsert(deps: EditDeps): Insert {
  const { store, secrets } = deps;

  /** An account that nobody named a model for: the server is asked, and without an answer there is no account. */
  async function fill(id: ProviderId) {
    const row = await deps.find(id);
    const models = row ? await listOrProblem(deps, row) : [];
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

  return async (input, source) => {
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
    return models.length > 0 ? ok({ providerId: added.value }) : fill(added.value);
  };
}

async function test(deps: EditDeps, id: ProviderId): ReturnType<AccountEdits['test']> {
  const row = await deps.find(id);
  if (!row) return goneAccount();
  const { kind, preset } = row;
  if (kind === 'demo') {
    const now = new Date(deps.clock.now()).toISOString();
    return ok({ at: now, tookMs: 0, models: 1, problem: null });
  }
  const { configs } = await deps.rows();
  const first = configs.find((one) => one.providerId === id && !one.deleted && one.enabled) ?? null;
  const check = await checkAccount({ kind, preset, settings: await deps.settings(row) }, first, deps.clock);
  deps.checked(id, check);
  return ok(check);
}

async function accept(deps: EditDeps, insert: Insert, preset: string): ReturnType<AccountEdits['accept']> {
  const offers = await findOffers(deps.env, (await deps.rows()).providers, deps.fetch);
  const offer = offers.find((one) => one.preset === preset);
  const known = presetOf(preset, 'openai-compat');
  if (!offer || !known) return refuse('not-found', 'This server, or its key, is not there any more.');
  const { name, baseUrl, variable } = offer;
  const { kind, headers } = known;
  const apiVersion = baseUrl.includes('/deployments/') ? (known.apiVersion ?? '') : '';
  const added = await insert(
    { kind, preset, name, baseUrl, key: '', models: [], headers, apiVersion },
    variable === null ? 'local' : 'env',
  );
  if (!added.ok) return added;
  const { providerId } = added.value;
  const first = (await deps.rows()).configs.find((one) => one.providerId === providerId && !one.deleted);
  return ok({ providerId, modelConfigId: first?.id ?? null });
}
