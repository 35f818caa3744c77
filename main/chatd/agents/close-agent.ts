import { z } from 'zod';
import { defineTool, type Tool, toolResult } from '../../tools/define.ts';
import { Interrupted } from '../../tools/interrupted.ts';
import {
  type AgentToolsDeps,
  chatIdParameter,
  invalidChatId,
  nameOf,
  notDescendant,
  refused,
  toChatId,
} from './answers.ts';
import { type Settled, untilSettled } from './until-settled.ts';

/** A command of the sub-agent gets 5 s to end by itself and 2 s after that. */
const SETTLE_MS = 30_000;

/** A repeat finds the sub-agent stopped. */
export function closeAgent(deps: AgentToolsDeps): Tool {
  return defineTool({
    name: 'close_agent',
    aliases: ['interrupt_agent'],
    description:
      'Stop a sub-agent that is no longer needed or went wrong. What it has done stays, and so does its conversation.',
    effect: 'effect',
    rootOnly: true,
    waits: true,
    input: z.object({ chat_id: chatIdParameter }),
    describe: ({ chat_id }) => ({ verb: 'Stop', doing: 'Stopping', subject: `the sub-agent ${chat_id}` }),
    access: () => ({ kind: 'free' }),
    async run({ chat_id }, context) {
      const { clock, signal } = context;
      const chatId = toChatId(chat_id);
      if (!chatId) return invalidChatId(chat_id);
      const target = { callerId: context.chatId, chatId };
      context.onLeave?.();
      const closed = await deps.store.call('closeAgent', target);
      if (!closed.ok) return refused(closed.error, chatId);
      const limits = { clock, limitMs: SETTLE_MS, signal };
      const end = await untilSettled(deps, target, limits).catch((error: unknown): Settled => {
        // It was told to stop, whoever waits for it.
        if (signal.reason instanceof Interrupted) return { kind: 'timeout', agent: closed.value };
        throw error;
      });
      if (end.kind === 'not-descendant') return notDescendant(chatId);
      if (end.kind === 'settled') return toolResult({ ...nameOf(end.agent), terminated: true });
      const error = 'The sub-agent was told to stop and has not ended yet.';
      return { result: { ...nameOf(end.agent), terminated: false, error }, isError: true };
    },
  });
}
