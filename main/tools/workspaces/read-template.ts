import { createHash } from 'node:crypto';
import { type Template, type TemplateParameter, wantsHost } from '@shared/model/template.ts';
import { z } from 'zod';
import { cutRunes } from '../cut.ts';
import { defineTool, type Tool, toolError, toolResult } from '../define.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

const DESCRIPTION_RUNES = 300;

const uuid = z.guid();

/** Null: no id, whatever it is. */
export function toTemplateId(text: string): string | null {
  const parsed = uuid.safeParse(text.trim());
  return parsed.success ? parsed.data.toLowerCase() : null;
}

export const INVALID_ID = toolError('template_id must be a valid UUID: take it from list_templates.');
export const NO_TEMPLATE = toolError('There is no such template. Look at list_templates.');

/** What a template asks for (CHATD 8.5). */
export function readTemplate({ shelf, loadHosts }: Pick<WorkspaceToolsDeps, 'shelf' | 'loadHosts'>): Tool {
  return defineTool({
    name: 'read_template',
    description: 'Read the parameters of one template, before create_workspace.',
    effect: 'read',
    rootOnly: true,
    input: z.object({ template_id: z.string().describe('The id from list_templates.') }),
    describe: ({ template_id }) => ({
      verb: 'Read',
      doing: 'Reading',
      subject: `the template ${shelf.get(template_id)?.name ?? template_id}`,
    }),
    access: () => ({ kind: 'free' }),
    async run({ template_id }) {
      const id = toTemplateId(template_id);
      if (id === null) return INVALID_ID;
      const template = shelf.get(id);
      if (!template) return NO_TEMPLATE;
      const { name, display_name, description, parameters, kind } = template;
      const hosts = wantsHost(kind) === false ? null : (await loadHosts()).map(({ target }) => target);
      return toolResult({
        template: {
          id,
          name,
          active_version_id: versionOf(template),
          ...(display_name === undefined ? {} : { display_name }),
          ...(description === undefined ? {} : { description }),
        },
        parameters: parameters.map(shown),
        ...(hosts === null ? {} : { hosts }),
      });
    },
  });
}

/** Another one when anything about the template changed. */
function versionOf(template: Template): string {
  const hex = createHash('sha256').update(JSON.stringify(template)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function shown({ min, max, description, ...one }: TemplateParameter) {
  return {
    ...one,
    ...(description === undefined ? {} : { description: cutRunes(description, DESCRIPTION_RUNES) }),
    ...(min === undefined ? {} : { validation_min: min }),
    ...(max === undefined ? {} : { validation_max: max }),
  };
}
