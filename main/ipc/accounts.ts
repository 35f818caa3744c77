import { ok } from '@shared/util/result.ts';
import type { Models } from '../models/accounts.ts';
import { CATALOGUE_DATE } from '../models/catalogue.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

type Names = `models.${string}` | `accounts.${string}`;
type AccountCalls = Pick<CallHandlers, Extract<keyof CallHandlers, Names>>;
type AccountFeeds = Pick<FeedHandlers, Extract<keyof FeedHandlers, Names>>;

export function accountFeeds(models: Models): AccountFeeds {
  return { 'models.watch': (_input, signal) => models.watch(signal) };
}

export function accountCalls(models: Models): AccountCalls {
  return {
    'models.setDefault': ({ modelConfigId }) => models.setDefault(modelConfigId),
    'models.add': (input) => models.addModels(input.providerId, input.models),
    'models.update': ({ modelConfigId, settings }) => models.updateModel(modelConfigId, settings),
    'models.remove': ({ modelConfigId }) => models.removeModel(modelConfigId),
    'models.catalogue': async () => {
      const { file, exists, overrides, problems } = await models.loadCatalogue();
      return ok({ date: CATALOGUE_DATE, file, overrides: exists ? overrides.size : null, problems });
    },
    'accounts.add': (input) => models.add(input),
    'accounts.update': (input) => models.update(input),
    'accounts.setKey': ({ providerId, key }) => models.setKey(providerId, key),
    'accounts.setEnabled': ({ providerId, enabled }) => models.setEnabled(providerId, enabled),
    'accounts.remove': ({ providerId }) => models.remove(providerId),
    'accounts.test': ({ providerId }) => models.test(providerId),
    'accounts.models': ({ providerId }) => models.listed(providerId),
    'accounts.offers': async () => ok({ offers: await models.offers() }),
    'accounts.accept': ({ preset }) => models.accept(preset),
  };
}
