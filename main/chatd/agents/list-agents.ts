import { z } from 'zod';
import { defineTool, type Tool, toolResult } from '../../tools/define.ts';
import type { AgentView } from '../machine/types.ts';
import { type AgentToolsDeps, nameOf } from './answers.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 50;
/** Characters of a report in the list; wait_agent gives the whole. */
const MAX_REPORT = 300;

export function listAgents({ store }: AgentToolsDeps): Tool {
  return defineTool({
    name: 'list_agents',
    description: 'List the sub-agents that you started, the oldest first, with their state.',
    effect: 'read',
    rootOnly: true,
    polls: true,
    input: z.object({
      limit: z
        .number()
        .int()
        .min(1)
        .nullish()
        .describe(`How many. Default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}.`),
      offset: z.number().int().min(0).nullish().describe('How many to leave out. Default 0.'),
    }),
    describe: () => ({ verb: 'List', doing: 'Listing', subject: 'sub-agents' }),
    access: () => ({ kind: 'free' }),
    async run({ limit, offset }, { chatId }) {
      const { agents, total } = await store.call('listAgents', {
        callerId: chatId,
        limit: Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT),
        offset: offset ?? 0,
      });
      return toolResult({ agents: agents.map(toEntry), total });
    },
  });
}

function toEntry(agent: AgentView) {
  const { report, error } = agent;
  return {
    ...nameOf(agent),
    ...(error ? { error: error.message } : {}),
    ...(report ? { report: report.length > MAX_REPORT ? `${report.slice(0, MAX_REPORT)}…` : report } : {}),
  };
}
