import { asId, type HostId, type TemplateId, type WorkspaceId } from '@shared/model/ids.ts';
import { type Template, wantsHost } from '@shared/model/template.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { z } from 'zod';
import type { Entry } from '../../workspaces/entry.ts';
import { directoryFor } from '../../workspaces/provision/script-request.ts';
import {
  defineTool,
  type Tool,
  type ToolAnswer,
  type ToolContext,
  toolError,
  toolResult,
} from '../define.ts';
import { INVALID_ID, NO_TEMPLATE, toTemplateId } from './read-template.ts';
import { createTurns } from './turns.ts';
import { agentStatus, followLog, nameOf, problemOf } from './wait-for-workspace.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

const input = z.object({
  template_id: z.string().describe('The id from list_templates.'),
  name: z.string().nullish().describe('What it is called. Default: after the template.'),
  parameters: z
    .record(z.string(), z.string())
    .nullish()
    .describe('Values by the names that read_template tells, all as text.'),
  host: z
    .string()
    .nullish()
    .describe(
      'For a template on a host: one of its hosts. Default: that of the template, or the only one.',
    ),
});
type Input = z.output<typeof input>;

const NO_MAKER = toolError('Workspaces cannot be made here: nothing is set up that could make them.');

/** Makes the place where the chat works (CHATD 8.1). The call's key makes one workspace, however often it is repeated. */
export function createWorkspace(deps: WorkspaceToolsDeps): Tool {
  const turns = createTurns();
  return defineTool({
    name: 'create_workspace',
    description:
      'Make a workspace from a template, for a task that needs files or commands when the chat has no workspace. Look at list_templates and read_template first, unless the user named a template. Waits until it can be worked in. When the chat has a workspace already, that one is returned.',
    effect: 'effect',
    rootOnly: true,
    waits: true,
    input,
    describe: (given) => describe(deps.shelf.get(given.template_id), given),
    access: (given) => ({ kind: 'provision', at: placeFor(deps.shelf.get(given.template_id), given) }),
    run: (given, context) => turns.of(context.chatId, context.signal, () => run(deps, given, context)),
  });
}

async function run(deps: WorkspaceToolsDeps, given: Input, context: ToolContext): Promise<ToolAnswer> {
  const id = toTemplateId(given.template_id);
  if (id === null) return INVALID_ID;
  const { maker, shelf, chats } = deps;
  if (!maker) return NO_MAKER;
  const current = await chats.load(context.chatId);
  const there = current === null ? null : (deps.workspaces.find(current) ?? null);
  if (there && isLive(there)) return existing(deps, there, context);
  const template = shelf.get(id);
  if (!template) return NO_TEMPLATE;
  const host = await chooseHost(deps, template, given.host ?? null);
  if (!host.ok) return toolError(host.error);
  const made = await maker.create({
    templateId: asId<TemplateId>(id),
    name: given.name ?? undefined,
    parameters: given.parameters ?? {},
    hostId: host.value,
    key: context.key,
  });
  if (!made.ok) return toolError(made.error.message);
  const { chatId, runnerId } = context;
  // Before it can be worked in: the window shows how it is made.
  if (!(await chats.set({ chatId, runnerId, from: current, to: made.value }))) {
    return toolError('This chat was stopped, or works elsewhere by now. The workspace is in the list.');
  }
  return untilMade(deps, made.value, context);
}

/** One that can be worked in, or will be. */
function isLive({ record: { making } }: Entry): boolean {
  return making === null || ['provisioning', 'running', 'stopped'].includes(making.state);
}

async function existing(deps: WorkspaceToolsDeps, entry: Entry, context: ToolContext): Promise<ToolAnswer> {
  const { id, making } = entry.record;
  if (making?.state === 'stopped' && making.script === null) {
    const message = 'The chat has a workspace that is stopped: use start_workspace.';
    return toolResult({ created: false, ...nameOf(entry), status: 'stopped', message });
  }
  if (making && (making.script !== null || making.createKey === context.key)) {
    return untilMade(deps, id, context);
  }
  return toolResult({
    created: false,
    ...nameOf(entry),
    status: 'already_exists',
    message: 'The chat has a workspace already: work there.',
    ...(await agentStatus(deps, id, context)),
  });
}

async function untilMade(
  deps: WorkspaceToolsDeps,
  id: WorkspaceId,
  context: ToolContext,
): Promise<ToolAnswer> {
  const entry = await followLog(deps, id, context);
  const making = entry?.record.making;
  if (!entry) return toolError('The workspace was removed while it was made.');
  if (making && making.state !== 'running') return toolError(problemOf(entry));
  const created = making?.createKey === context.key;
  return toolResult({
    created,
    ...nameOf(entry),
    status: created ? 'running' : 'already_exists',
    ...(await agentStatus(deps, id, context)),
    ...(making?.error ? { startup_scripts: 'failed', message: making.error } : {}),
  });
}

/** Null: on this computer. */
async function chooseHost(
  { loadHosts }: WorkspaceToolsDeps,
  { kind, host: own }: Template,
  given: string | null,
): Promise<Result<HostId | null, string>> {
  const wanted = given ?? own ?? null;
  if (wantsHost(kind) === false || (wantsHost(kind) === null && wanted === null)) return ok(null);
  const hosts = await loadHosts();
  const [only] = hosts;
  const found =
    wanted === null ? hosts.length === 1 && only : hosts.find(({ target }) => target === wanted);
  if (found) return ok(found.id);
  const names = hosts.map(({ target }) => target).join(', ');
  return err(
    names === ''
      ? 'This template makes workspaces on a host, and no host is known. The user can connect to one.'
      : `Set the parameter "host" to one of: ${names}.`,
  );
}

function placeFor(template: Template | null, { name, host, parameters }: Input) {
  const local = template && wantsHost(template.kind) === false;
  const shownName = name || `${template?.name ?? 'workspace'}-…`;
  return {
    host: local ? 'this computer' : (host ?? template?.host ?? 'the host that is known'),
    directory: template ? directoryFor(template.directory, shownName, parameters ?? {}) : '',
  };
}

function describe(template: Template | null, given: Input) {
  const values = Object.entries(given.parameters ?? {}).map(([name, value]) => `${name}: ${value}`);
  const scripts = (['provision', 'start'] as const).flatMap((name) => {
    const script = template?.[name];
    return script === undefined ? [] : `# ${name}\n${script}`;
  });
  return {
    verb: 'Create',
    doing: 'Creating',
    subject: `a workspace from ${template?.display_name ?? template?.name ?? given.template_id}`,
    content: [...values, ...scripts].join('\n'),
  };
}
