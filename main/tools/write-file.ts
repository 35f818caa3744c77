import { z } from 'zod';
import { defineTool, toolError, toolResult } from './define.ts';
import { onAgent } from './on-agent.ts';
import { resolvePath } from './paths.ts';

export const writeFile = defineTool({
  name: 'write_file',
  description:
    'Create a file or replace the whole content of one. Missing parent directories are made. Prefer edit_files for changes to a file that exists.',
  effect: 'effect',
  input: z.object({
    path: z.string().describe('Absolute path, or relative to the workspace directory.'),
    content: z.string().describe('The whole content of the file.'),
  }),
  describe: ({ path, content }) => ({ verb: 'Write', doing: 'Writing', subject: path, content }),
  access: ({ path }) => ({ kind: 'write', paths: [path] }),
  run({ path, content }, context) {
    return onAgent(context, async (connection, call) => {
      const absolute = resolvePath(connection, path);
      if (!absolute.ok) return toolError(absolute.error);
      await connection.client.writeFile(absolute.value, content, call);
      return toolResult({ ok: true });
    });
  },
});
