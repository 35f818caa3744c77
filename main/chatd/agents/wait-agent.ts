import { z } from 'zod';
import { defineTool, type Tool, type ToolAnswer, toolResult } from '../../tools/define.ts';
import type { AgentView } from '../machine/types.ts';
import {
  type AgentToolsDeps,
  chatIdParameter,
  invalidChatId,
  nameOf,
  notDescendant,
  toChatId,
} from './answers.ts';
import { untilSettled } from './until-settled.ts';

const DEFAULT_SECONDS = 300;
const MAX_SECONDS = 3_600;
const NO_REPORT = 'The sub-agent ended without a report.';

/** After a restart of the app the wait begins again, with its whole limit. */
export function waitAgent(deps: AgentToolsDeps): Tool {
  return defineTool({
    name: 'wait_agent',
    description:
      'Wait for a sub-agent and get its report. Use it when you need the result to go on; do what you can without it first. Waiting for several: call it for each of them in one step. When the time is up the sub-agent goes on working, and you can wait again. Time in which it waits for the person does not count.',
    effect: 'read',
    rootOnly: true,
    waits: true,
    polls: true,
    input: z.object({
      chat_id: chatIdParameter,
      timeout_seconds: z
        .number()
        .int()
        .min(1)
        .nullish()
        .describe(`How long to wait. Default ${DEFAULT_SECONDS}, at most ${MAX_SECONDS}.`),
    }),
    describe: ({ chat_id }) => ({
      verb: 'Wait for',
      doing: 'Waiting for',
      subject: `the sub-agent ${chat_id}`,
    }),
    access: () => ({ kind: 'free' }),
    async run({ chat_id, timeout_seconds }, context) {
      const { clock, signal } = context;
      const chatId = toChatId(chat_id);
      if (!chatId) return invalidChatId(chat_id);
      const seconds = Math.min(timeout_seconds ?? DEFAULT_SECONDS, MAX_SECONDS);
      const target = { callerId: context.chatId, chatId };
      // A wait that is stopped was begun.
      context.onLeave?.();
      const end = await untilSettled(deps, target, { clock, limitMs: seconds * 1000, signal });
      if (end.kind === 'not-descendant') return notDescendant(chatId);
      return end.kind === 'timeout' ? timedOut(end.agent, seconds) : reported(end.agent);
    },
  });
}

function timedOut(agent: AgentView, seconds: number): ToolAnswer {
  const error = `The sub-agent did not finish within ${seconds} s. It goes on: wait again, or do something else first.`;
  return { result: { ...nameOf(agent), error, timed_out: true }, isError: true };
}

/** One that was stopped, or fell silent, says so: its last words are not a result. */
function reported(agent: AgentView): ToolAnswer {
  const report = agent.report ?? NO_REPORT;
  if (agent.status === 'error') {
    const error = `The sub-agent failed: ${agent.error?.message ?? 'no reason is known'}`;
    return { result: { ...nameOf(agent), error, report }, isError: true };
  }
  return toolResult({
    ...nameOf(agent),
    report,
    ...(agent.finished ? {} : { note: 'It was stopped before it had finished.' }),
  });
}
