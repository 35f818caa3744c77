import { err, ok } from '@shared/util/result.ts';
import type { Workspaces } from '../workspaces/registry.ts';
import { parameterProblems } from '../workspaces/templates/check-parameters.ts';
import { type ListDeps, watchTemplates } from '../workspaces/templates/list-templates.ts';
import type { TemplateShelf } from '../workspaces/templates/template-shelf.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface TemplateHandlerDeps extends ListDeps {
  readonly shelf: TemplateShelf;
  readonly workspaces: Pick<Workspaces, 'watch'>;
}

type TemplateCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `template.${string}`>>;

export function templateFeeds(deps: TemplateHandlerDeps): Pick<FeedHandlers, 'templates.watch'> {
  return { 'templates.watch': (_input, signal) => watchTemplates(deps, signal) };
}

const GONE = err({ code: 'not-found' as const, message: 'This template does not exist any more.' });

export function templateCalls({ shelf }: TemplateHandlerDeps): TemplateCalls {
  return {
    'template.read': async ({ name }) => {
      const text = shelf.read(name);
      return text === null
        ? err({ code: 'not-found', message: 'There is no template of this name.' })
        : ok({ text });
    },
    'template.check': async ({ templateId, parameters }) => {
      const template = shelf.get(templateId);
      return template ? ok(parameterProblems(template, parameters)) : GONE;
    },
    'template.save': ({ was, text }) => shelf.save(was, text),
    'template.remove': async ({ name }) => {
      const removed = await shelf.remove(name);
      return removed.ok ? removed : err({ code: 'not-found', message: removed.error.message });
    },
  };
}
