import type { ToolSpec } from '../models/port.ts';
import type { Tool } from './define.ts';
import { editFiles } from './edit-files.ts';
import { execute } from './execute.ts';
import { processList } from './process-list.ts';
import { processOutput } from './process-output.ts';
import { processSignal } from './process-signal.ts';
import { readFile } from './read-file.ts';
import { writeFile } from './write-file.ts';

/** What every chat gets, in the order in which the model reads it. */
export const workspaceTools: readonly Tool[] = [
  readFile,
  writeFile,
  editFiles,
  execute,
  processOutput,
  processList,
  processSignal,
];

export function toolSpecs(tools: readonly Tool[]): readonly ToolSpec[] {
  return tools.map((tool) => tool.spec);
}
