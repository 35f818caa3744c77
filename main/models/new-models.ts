import type { AccountKind } from '@shared/model/account.ts';
import type { NewModel } from '../db/providers.ts';
import { catalogueOf, knownModel } from './catalogue.ts';
import type { Listed } from './list-models.ts';
import { priceAsOption } from './model-options.ts';

/** More than that, and the picker is a search; the rest can be added by hand. */
const MOST = 20;

/** Names and limits are left out: they are looked up (catalogue.ts). */
export function fromCatalogue(kind: AccountKind): readonly NewModel[] {
  return catalogueOf(kind).map(({ id }) => ({ model: id, displayName: '', contextLimit: null }));
}

/** Models by name, with what the server's list tells of them. */
export function named(models: readonly string[], listed: readonly Listed[] = []): readonly NewModel[] {
  const byId = new Map(listed.map((one) => [one.id, one]));
  return [...new Set(models)].map((model) => {
    const one = byId.get(model);
    return one ? fromListed(one) : { model, displayName: '', contextLimit: null };
  });
}

/** A short list whole; of a long one the models that are known to be good at this work, else its beginning. */
export function fromList(listed: readonly Listed[]): readonly NewModel[] {
  if (listed.length <= MOST) return listed.map(fromListed);
  const known = listed.filter(({ id }) => knownModel(id) !== null);
  return (known.length > 0 ? known : listed).slice(0, MOST).map(fromListed);
}

function fromListed({ id, name, contextLimit, price }: Listed): NewModel {
  return { model: id, displayName: name, contextLimit, options: priceAsOption(price) };
}
