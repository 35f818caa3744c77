import type { ExportedMessage } from './format.ts';

/** The window shows a line for this call; the model reads nothing of it. */
const IMPORTED = 'chat_imported';

/** What stands behind the last row that came in: where the chat comes from. */
export function importNote(at: string): readonly ExportedMessage[] {
  const call = { tool_call_id: IMPORTED, tool_name: IMPORTED };
  const row = {
    chat: 0,
    created_at: at,
    visibility: 'user',
    model: null,
    reasoning_effort: null,
    usage: null,
    cost_micros: null,
    context_limit: null,
    runtime_ms: null,
    interrupted: false,
    compressed: true,
  } as const;
  return [
    { ...row, role: 'assistant', content: [{ type: 'tool-call', ...call, args: {} }] },
    { ...row, role: 'tool', content: [{ type: 'tool-result', ...call, result: { imported_at: at } }] },
  ];
}
