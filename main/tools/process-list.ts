import { z } from 'zod';
import { defineTool, toolResult } from './define.ts';
import { onAgent } from './on-agent.ts';

export const processList = defineTool({
  name: 'process_list',
  description: 'List the processes that this chat started and that still run or ended a short time ago.',
  effect: 'read',
  input: z.object({}),
  describe: () => ({ verb: 'List', doing: 'Listing', subject: 'processes' }),
  access: () => ({ kind: 'free' }),
  run(_input, context) {
    return onAgent(context, async ({ client }, call) =>
      toolResult({ processes: await client.listProcesses(call) }),
    );
  },
});
