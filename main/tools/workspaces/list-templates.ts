import type { ListedTemplate } from '@shared/model/template.ts';
import { z } from 'zod';
import { listTemplates } from '../../workspaces/templates/list-templates.ts';
import { cutRunes } from '../cut.ts';
import { defineTool, type Tool, toolResult } from '../define.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

const PAGE = 10;
const DESCRIPTION_RUNES = 200;

/** The ones that are used most come first (CHATD 8.4). */
export function listTemplatesTool(deps: Pick<WorkspaceToolsDeps, 'shelf' | 'makings' | 'log'>): Tool {
  return defineTool({
    name: 'list_templates',
    description:
      'List the templates that workspaces are made from, most used first. Use it before create_workspace, unless the user named a template.',
    effect: 'read',
    rootOnly: true,
    input: z.object({
      query: z.string().nullish().describe('Words that the name or the description holds.'),
      page: z.number().int().nullish().describe('From 1. Default 1.'),
    }),
    describe: ({ query }) => ({
      verb: 'List',
      doing: 'Listing',
      subject: query ? `templates: ${query}` : 'templates',
    }),
    access: () => ({ kind: 'free' }),
    async run({ query, page: given }) {
      const found = (await listTemplates(deps)).filter((one) => matches(one, query ?? ''));
      const page = Math.max(1, given ?? 1);
      const templates = found.slice((page - 1) * PAGE, page * PAGE).map(rowOf);
      return toolResult({
        templates,
        count: templates.length,
        page,
        total_pages: Math.max(1, Math.ceil(found.length / PAGE)),
        total_count: found.length,
      });
    },
  });
}

function matches({ template }: ListedTemplate, query: string): boolean {
  const { name, display_name = '', description = '' } = template;
  const wanted = query.trim().toLowerCase();
  return [name, display_name, description].some((text) => text.toLowerCase().includes(wanted));
}

function rowOf({ template, activeDevelopers, activeWorkspaces }: ListedTemplate) {
  const { id, name, display_name, description } = template;
  return {
    id,
    name,
    ...(display_name === undefined ? {} : { display_name }),
    ...(description === undefined ? {} : { description: cutRunes(description, DESCRIPTION_RUNES) }),
    ...(activeDevelopers > 0 ? { active_developers: activeDevelopers } : {}),
    ...(activeWorkspaces > 0 ? { active_workspaces: activeWorkspaces } : {}),
  };
}
