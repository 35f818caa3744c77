import type { ActionRequest, ApprovalView, ChatStatus } from '@shared/model/chat.ts';
import type { WorkerId } from '@shared/model/ids.ts';

/** What the words about a chat are made from. */
export interface Doing {
  readonly status: ChatStatus;
  readonly worker_id: WorkerId | null;
  readonly running_tool: string | null;
  readonly running_args: unknown;
  /** The person asked for a summary. */
  readonly compacting: boolean;
  /** Of the first call that asks the person. */
  readonly asked_call: ApprovalView | null;
  /** The first open action. */
  readonly asked_action: ActionRequest | null;
}

const MAX_SUBJECT = 120;

const VERBS: Readonly<Record<string, readonly [verb: string, field: string]>> = {
  execute: ['Running', 'command'],
  process_output: ['Watching', 'process_id'],
  read_file: ['Reading', 'path'],
  write_file: ['Writing', 'path'],
  edit_files: ['Editing', 'path'],
  spawn_agent: ['Delegating', 'title'],
  wait_agent: ['Waiting for an agent', ''],
  message_agent: ['Messaging an agent', ''],
  close_agent: ['Stopping an agent', ''],
  interrupt_agent: ['Stopping an agent', ''],
  list_agents: ['Looking at its agents', ''],
  search_history: ['Searching history', ''],
  list_templates: ['Looking at templates', ''],
  read_template: ['Reading a template', ''],
  create_workspace: ['Making a workspace', 'name'],
  start_workspace: ['Starting its workspace', ''],
  stop_workspace: ['Stopping its workspace', ''],
};

/** What the agent is doing or asks for, in a few words; null when it does nothing. */
export function toActivity(row: Doing): string | null {
  if (row.status === 'requires_action') return waitingWords(row);
  if (row.status !== 'running' || row.worker_id === null) return null;
  if (row.compacting) return 'Summarizing…';
  if (row.running_tool === null) return 'Thinking';
  const known = VERBS[row.running_tool];
  if (!known) return `Using ${row.running_tool}`;
  const subject = findSubject(row.running_args, known[1]);
  return subject ? `${known[0]} ${subject}` : known[0];
}

function waitingWords({ asked_call, asked_action }: Doing): string {
  if (asked_call)
    return `Asks to ${asked_call.verb.toLowerCase()} ${firstLine(subjectHere(asked_call))}`.trimEnd();
  switch (asked_action?.kind) {
    case 'loop':
      return `Asks whether to go on: the same ${asked_action.tool} ${asked_action.times} times`;
    case 'budget':
      return 'Asks to spend more than the budget';
    case 'question':
      return `Asks: ${firstLine(asked_action.text)}`;
    case undefined:
      return 'Waiting for results from outside';
  }
}

/** A file as it is called in its workspace: of a whole path the end, which tells files apart, would be cut. */
function subjectHere({ verb, subject, directory }: ApprovalView): string {
  const isBelow = verb !== 'Run' && /^[/\\]/.test(subject.slice(directory.length));
  return isBelow && subject.startsWith(directory) ? subject.slice(directory.length + 1) : subject;
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, MAX_SUBJECT) ?? '';
}

function findSubject(args: unknown, field: string): string | null {
  if (typeof args !== 'object' || args === null) return null;
  const record = args as Readonly<Record<string, unknown>>;
  const value = record[field];
  if (typeof value === 'string') return firstLine(value);
  const { files } = record;
  return Array.isArray(files) ? findSubject(files[0], field) : null;
}
