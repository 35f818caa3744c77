import type { ToolCallPart, ToolResultPart } from '@shared/model/part.ts';

/** A call as a person reads it in a document: what was done, to what, and how it went. */
export interface CallWords {
  readonly verb: string;
  readonly object: string;
  readonly how: string;
}

const VERBS: Readonly<Record<string, string>> = {
  execute: 'Ran',
  read_file: 'Read',
  write_file: 'Wrote',
  edit_files: 'Edited',
  spawn_agent: 'Started agent',
  wait_agent: 'Waited for agent',
  message_agent: 'Wrote to agent',
  create_workspace: 'Made workspace',
  search_history: 'Searched the history for',
};
/** The argument that says what it was about, the first that is there. */
const OBJECTS = ['command', 'path', 'title', 'name', 'pattern', 'query', 'process_id', 'chat_id'];

export function describeCall(call: ToolCallPart, result: ToolResultPart | null): CallWords {
  const args = record(call.args);
  const object = OBJECTS.map((key) => args[key]).find((value) => typeof value === 'string');
  const files = Array.isArray(args['files']) ? args['files'].map((file) => record(file)['path']) : [];
  const paths = files.filter((path) => typeof path === 'string').join(', ');
  const verb = VERBS[call.tool_name];
  const what = typeof object === 'string' ? object : paths;
  return {
    verb: verb ?? 'Used',
    object: verb === undefined ? [call.tool_name, what].filter((word) => word !== '').join(' ') : what,
    how: howItWent(result),
  };
}

function howItWent(result: ToolResultPart | null): string {
  if (!result) return 'no result';
  const body = record(result.result);
  const code = body['exit_code'];
  if (typeof code === 'number') return `exit ${code}`;
  if (body['denied'] === true) return 'denied';
  return result.is_error || body['success'] === false ? 'failed' : '';
}

/** What it gave, as text: output as it was printed, anything else as JSON. */
export function resultText(result: ToolResultPart): string {
  if (typeof result.result === 'string') return result.result;
  const { output, ...rest } = record(result.result);
  if (typeof output !== 'string') return JSON.stringify(result.result, null, 2) ?? '';
  const more = Object.entries(rest).filter(([, value]) => typeof value === 'string' && value !== '');
  return [output, ...more.map(([key, value]) => `${key}: ${String(value)}`)].join('\n').trim();
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
