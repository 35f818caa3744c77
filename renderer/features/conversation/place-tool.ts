import type { WorkspaceId } from '@shared/model/ids.ts';
import { record, text } from './json.ts';
import type { ToolFacts } from './tool-view.ts';

/** What a call that looks for, makes or changes the place of the chat is about. */
const OBJECTS: Readonly<Record<string, (args: Json, result: Json) => string>> = {
  list_templates: ({ query }) => (text(query) === '' ? 'templates' : `templates for “${text(query)}”`),
  read_template: ({ template_id }, { template }) => {
    const { display_name, name } = record(template);
    return `template ${text(display_name) || text(name) || text(template_id)}`.trim();
  },
  create_workspace: ({ name }, { workspace_name }) => workspace(text(workspace_name) || text(name)),
  start_workspace: (_args, { workspace_name }) => workspace(text(workspace_name)),
  stop_workspace: (_args, { workspace_name }) => workspace(text(workspace_name)),
};

type Json = ReturnType<typeof record>;
type Facts = Pick<ToolFacts, 'tool' | 'args' | 'result'>;

export function isPlaceTool(tool: string): boolean {
  return Object.hasOwn(OBJECTS, tool);
}

export function placeToolObject({ tool, args, result }: Facts): string {
  return OBJECTS[tool]?.(record(args), record(result?.result)) ?? '';
}

function workspace(name: string): string {
  return name === '' ? 'a workspace' : `workspace ${name}`;
}

export interface PlaceToolView {
  /** Null: until it is there. */
  readonly workspaceId: WorkspaceId | null;
  readonly templateId: string | null;
  /** What the call was given, as `name: value`. */
  readonly parameters: readonly string[];
  /** What the tool says beside its result; empty: nothing. */
  readonly message: string;
}

export function placeToolView({ args, result }: Facts): PlaceToolView {
  const { template_id, parameters } = record(args);
  const { workspace_id, message, agent_error } = record(result?.result);
  return {
    workspaceId: text(workspace_id) === '' ? null : (text(workspace_id) as WorkspaceId),
    templateId: text(template_id) || null,
    parameters: Object.entries(record(parameters)).map(([name, value]) => `${name}: ${text(value)}`),
    message: [text(message), text(agent_error)].filter((part) => part !== '').join('\n'),
  };
}
