import type { ListedTemplate, TemplateList } from '@shared/model/template.ts';
import { errorFields, type Log } from '../../base/log.ts';
import type { MadeRecords } from '../provision/made-records.ts';
import type { TemplateShelf } from './template-shelf.ts';

export interface ListDeps {
  readonly shelf: Pick<TemplateShelf, 'list' | 'broken' | 'changes'>;
  readonly makings: Pick<MadeRecords, 'countUses'>;
  readonly log: Log;
}

/** Most used first, then by name. A count that failed is a count of nothing. */
export async function listTemplates({ shelf, makings, log }: ListDeps): Promise<readonly ListedTemplate[]> {
  const uses = await makings.countUses().catch((error: unknown) => {
    log.warn('The use of templates could not be counted.', errorFields(error));
    return [];
  });
  return shelf
    .list()
    .map(({ template, source }) => {
      const use = uses.find(({ templateId }) => templateId === template.id);
      return {
        template,
        source,
        activeWorkspaces: use?.workspaces ?? 0,
        activeDevelopers: use?.developers ?? 0,
      };
    })
    .sort(
      (a, b) => b.activeWorkspaces - a.activeWorkspaces || (a.template.name < b.template.name ? -1 : 1),
    );
}

/** The list now, and again whenever a file or `workspaces` changed and it with them. */
export async function* watchTemplates(
  deps: ListDeps & { readonly workspaces: { watch(signal: AbortSignal): AsyncIterable<unknown> } },
  signal: AbortSignal,
): AsyncGenerator<TemplateList> {
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const sources = [deps.shelf.changes(until), deps.workspaces.watch(until)];
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = iterators.map((iterator) => iterator.next());
  let last = '';
  try {
    for (;;) {
      const list = { templates: await listTemplates(deps), broken: deps.shelf.broken() };
      const text = JSON.stringify(list);
      if (text !== last) yield list;
      last = text;
      const changed = await Promise.race(
        next.map((one, at) => one.then(({ done }) => ({ at, done: done === true }))),
      );
      if (changed.done) return;
      const iterator = iterators[changed.at];
      if (iterator) next[changed.at] = iterator.next();
    }
  } finally {
    left.abort();
    await Promise.allSettled(iterators.map(async (iterator) => iterator.return?.()));
  }
}
