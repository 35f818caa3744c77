import { z } from 'zod';
import { defineTool, toolResult } from './define.ts';
import { onAgent } from './on-agent.ts';

export const processSignal = defineTool({
  name: 'process_signal',
  description:
    'End a process that this chat started, with everything it started. Terminate first; kill only if it stays.',
  effect: 'effect',
  input: z.object({
    process_id: z.string().describe('The background_process_id that execute returned.'),
    signal: z.enum(['terminate', 'kill']).describe('terminate asks the process to end, kill forces it.'),
  }),
  describe: ({ process_id, signal }) =>
    signal === 'kill'
      ? { verb: 'Kill', doing: 'Killing', subject: process_id }
      : { verb: 'Terminate', doing: 'Terminating', subject: process_id },
  // The agent knows only this chat's processes under this chat's name.
  access: () => ({ kind: 'free' }),
  run({ process_id, signal }, context) {
    return onAgent(context, async ({ client }, call) => {
      await client.signalProcess(process_id, signal, call);
      return toolResult({ success: true, message: `sent ${signal} to process ${process_id}` });
    });
  },
});
