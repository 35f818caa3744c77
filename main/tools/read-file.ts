import { z } from 'zod';
import { defineTool, toolError, toolResult } from './define.ts';
import { onAgent } from './on-agent.ts';
import { resolvePath } from './paths.ts';

export const readFile = defineTool({
  name: 'read_file',
  description:
    'Read a text file with line numbers. Prefer it over cat, head and tail. A large file must be read in ranges with offset and limit: at most 2000 lines and 32 KiB a call.',
  effect: 'read',
  input: z.object({
    path: z.string().describe('Absolute path, or relative to the workspace directory.'),
    offset: z.number().int().nullish().describe('First line to read, starting at 1. Default 1.'),
    limit: z.number().int().nullish().describe('Number of lines to read. Default 2000.'),
  }),
  describe: ({ path }) => ({ verb: 'Read', doing: 'Reading', subject: path }),
  access: ({ path }) => ({ kind: 'read', paths: [path] }),
  run({ path, offset, limit }, context) {
    return onAgent(context, async (connection, call) => {
      const absolute = resolvePath(connection, path);
      if (!absolute.ok) return toolError(absolute.error);
      const range = { ...(offset == null ? {} : { offset }), ...(limit == null ? {} : { limit }) };
      const lines = await connection.client.readLines({ path: absolute.value, ...range }, call);
      if (!lines.success) return toolError(lines.error ?? 'The file cannot be read.');
      const { content, file_size, total_lines, lines_read } = lines;
      return toolResult({ content, file_size, total_lines, lines_read });
    });
  },
});
