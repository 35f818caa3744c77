import type { EditFilesRequest } from '@shared/agent-protocol/index.ts';
import { ok, type Result } from '@shared/util/result.ts';
import { z } from 'zod';
import type { WorkspaceConnection } from '../workspaces/connection.ts';
import { defineTool, toolError, toolResult } from './define.ts';
import { onAgent } from './on-agent.ts';
import { resolvePath } from './paths.ts';

const input = z.object({
  files: z
    .array(
      z.object({
        path: z.string().describe('Absolute path, or relative to the workspace directory.'),
        edits: z
          .array(
            z.object({
              search: z.string().min(1).describe('The text to replace, with enough context to occur once.'),
              replace: z.string().describe('The text to put in its place.'),
              replace_all: z.boolean().nullish().describe('Replace every match. Default false.'),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

export const editFiles = defineTool({
  name: 'edit_files',
  description:
    'Search and replace in one or several files, all or nothing: when one edit does not apply, no file changes. Edits of one file apply in order, each to the result of the former.',
  effect: 'effect',
  input,
  describe: ({ files }) => ({
    verb: 'Edit',
    doing: 'Editing',
    subject: files.map((file) => file.path).join('\n'),
    // One file is named by the subject already.
    content: files.map((file) => (files.length > 1 ? `${file.path}\n` : '') + editText(file)).join('\n\n'),
  }),
  access: ({ files }) => ({ kind: 'write', paths: files.map((file) => file.path) }),
  run({ files }, context) {
    return onAgent(context, async (connection, call) => {
      const request = toRequest(connection, files);
      if (!request.ok) return toolError(request.error);
      await connection.client.editFiles(request.value, call);
      return toolResult({ ok: true });
    });
  },
});

type FileEdits = z.output<typeof input>['files'][number];

function toRequest(
  connection: WorkspaceConnection,
  files: readonly FileEdits[],
): Result<EditFilesRequest, string> {
  const resolved: EditFilesRequest['files'][number][] = [];
  for (const { path, edits } of files) {
    const absolute = resolvePath(connection, path);
    if (!absolute.ok) return absolute;
    resolved.push({
      path: absolute.value,
      edits: edits.map(({ search, replace, replace_all }) => ({
        search,
        replace,
        ...(replace_all ? { replace_all } : {}),
      })),
    });
  }
  return ok({ files: resolved });
}

/** Every removed and added line, for the person who decides. */
function editText({ edits }: FileEdits): string {
  const blocks = edits.map(
    ({ search, replace, replace_all }) =>
      `${replace_all ? '(every match)\n' : ''}${prefixLines('- ', search)}\n${prefixLines('+ ', replace)}`,
  );
  return blocks.join('\n');
}

function prefixLines(prefix: string, text: string): string {
  return text.replace(/^/gm, prefix);
}
