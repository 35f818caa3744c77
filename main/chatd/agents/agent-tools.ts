import type { Tool } from '../../tools/define.ts';
import type { AgentToolsDeps } from './answers.ts';
import { closeAgent } from './close-agent.ts';
import { listAgents } from './list-agents.ts';
import { messageAgent } from './message-agent.ts';
import { spawnAgent } from './spawn-agent.ts';
import { waitAgent } from './wait-agent.ts';

/** How an agent leads its crew (CHATD 8.12): for chats that a person started only. */
export function createAgentTools(deps: AgentToolsDeps): readonly Tool[] {
  return [spawnAgent(deps), waitAgent(deps), messageAgent(deps), closeAgent(deps), listAgents(deps)];
}
