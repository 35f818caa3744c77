import { z } from 'zod';
import { shownOutput } from './command-result.ts';
import { defineTool, type ToolAnswer, toolError, toolResult } from './define.ts';
import { parseDuration } from './duration.ts';
import { waitForExit } from './follow-process.ts';
import { onAgent } from './on-agent.ts';

const MAX_WAIT_MS = 4 * 3_600_000;

export const processOutput = defineTool({
  name: 'process_output',
  description: 'Read the output and state of a process that execute left running, or wait for its end.',
  effect: 'read',
  input: z.object({
    process_id: z.string().describe('The background_process_id that execute returned.'),
    wait_timeout: z
      .string()
      .nullish()
      .describe('Wait for the end at most so long, such as "30s" or "5m". Default: do not wait.'),
  }),
  describe: ({ process_id }) => ({
    verb: 'Read output of',
    doing: 'Reading output of',
    subject: process_id,
  }),
  access: () => ({ kind: 'free' }),
  async run({ process_id, wait_timeout }, context): Promise<ToolAnswer> {
    const waitMs = wait_timeout == null ? 0 : parseDuration(wait_timeout);
    if (waitMs === null) {
      return toolError(`invalid wait_timeout "${wait_timeout}": give a duration such as "30s" or "5m"`);
    }
    if (waitMs > 0) {
      const connection = await context.connect();
      await waitForExit({ id: process_id, connection, context }, Math.min(waitMs, MAX_WAIT_MS));
    }
    return onAgent(context, async ({ client }, call) => {
      const output = await client.processOutput(process_id, false, call);
      const shown = shownOutput(output);
      if (output.running) return toolResult({ success: true, ...shown, note: 'process is still running' });
      return toolResult({ success: output.exit_code === 0, ...shown, exit_code: output.exit_code ?? -1 });
    });
  },
});
