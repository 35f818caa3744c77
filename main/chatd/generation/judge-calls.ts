import type { Part, ToolCallPart } from '@shared/model/part.ts';
import type { NewToolCall } from '../machine/types.ts';
import type { StepChat, Toolbox } from './ports.ts';

/** The ledger rows of an answer, in call order. What the provider runs by itself is none of ours. */
export async function judgeCalls(
  toolbox: Pick<Toolbox, 'judge' | 'exclusive'>,
  chat: StepChat,
  content: readonly Part[],
  signal: AbortSignal,
): Promise<NewToolCall[]> {
  const calls = content.filter((p): p is ToolCallPart => p.type === 'tool-call' && !p.provider_executed);
  const alone = calls.length > 1 ? calls.find((call) => toolbox.exclusive(call.tool_name)) : undefined;
  return await Promise.all(
    calls.map(async (call, index) => {
      const judged = await toolbox.judge(chat, call, signal);
      const row = { ...judged, index, providerCallId: call.tool_call_id };
      return alone ? refused(row, alone.tool_name) : row;
    }),
  );
}

/** One tool that must be called alone stops the whole batch: nothing of it runs, and the model is told why. */
function refused(row: NewToolCall, exclusive: string): NewToolCall {
  const error = `${exclusive} must be called alone: no call of this answer was run. Call it by itself, then the others.`;
  return {
    ...row,
    state: 'done',
    approval: null,
    result: { result: { error }, isError: true, durationMs: null },
  };
}
