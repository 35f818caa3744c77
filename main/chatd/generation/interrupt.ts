import { SUMMARY_TOOL } from '@shared/model/compaction.ts';
import type { LivePart, Part, ToolCallPart } from '@shared/model/part.ts';
import { type LiveBlock, mergePart } from '@shared/model/reducer.ts';
import type { LiveFrame } from '@shared/model/stream.ts';
import type { NewMessage } from '../machine/types.ts';
import { parseArgs, reasoningTitle } from './accumulate.ts';

export const INTERRUPTED_RESULT = 'The tool call was interrupted before it produced a result.';

/**
 * What an interrupted model call leaves: the words so far, and an error result for each call that it had begun
 * to ask for (CHATD 3.10). Empty when nothing was said. Frames of a tool batch leave nothing: their assistant
 * row is committed and the ledger knows the results.
 */
export function partialMessages(frames: readonly LiveFrame[]): readonly NewMessage[] {
  const spoken = frames.filter((f) => f.role === 'assistant' && !isSummary(f.part));
  const blocks = spoken.reduce<readonly LiveBlock[]>((all, f) => mergePart(all, f.part), []);
  const content = blocks.flatMap(toPart);
  if (content.length === 0) return [];
  const calls = content.filter((p): p is ToolCallPart => p.type === 'tool-call');
  return [
    { role: 'assistant', content, interrupted: true },
    ...calls.map(
      (call): NewMessage => ({
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            tool_call_id: call.tool_call_id,
            tool_name: call.tool_name,
            result: INTERRUPTED_RESULT,
            is_error: true,
          },
        ],
      }),
    ),
  ];
}

/** A summary that is cut off is none: nothing of it stays. */
function isSummary(part: LivePart): boolean {
  return part.type === 'tool-call' && part.tool_name === SUMMARY_TOOL;
}

function toPart(block: LiveBlock): Part[] {
  if (block.type === 'text') return block.text ? [{ type: 'text', text: block.text }] : [];
  if (block.type === 'reasoning') {
    const title = reasoningTitle(block.text);
    return block.text ? [{ type: 'reasoning', text: block.text, ...(title ? { title } : {}) }] : [];
  }
  return [
    {
      type: 'tool-call',
      tool_call_id: block.tool_call_id,
      tool_name: block.tool_name,
      args: block.args ?? parseArgs(block.raw).args,
    },
  ];
}
