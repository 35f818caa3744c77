import { WORKSPACE_KINDS } from '@shared/model/workspace.ts';
import { z } from 'zod';
import type { MadeFacts } from '../../db/made-workspaces.ts';
import { templateOf } from '../templates/parse-template.ts';
import { readScript, type ScriptPlace, untilReached } from './run-script.ts';
import { factsOf } from './script-outcome.ts';
import { foundRequest, type MachineRecord } from './script-request.ts';

/** A workspace that its machine knows. */
export interface FoundWorkspace {
  readonly record: MachineRecord;
  readonly facts: MadeFacts;
}

const MOST = 500;

/** What is used of a record: somebody may have written into it. */
const recordShape = z.object({
  version: z.literal(1),
  id: z.uuid(),
  name: z.string().min(1).max(100),
  kind: z.enum(WORKSPACE_KINDS),
  directory: z.string().startsWith('/').max(4096),
  created_at: z.string(),
  template: z.unknown(),
  parameters: z.record(z.string(), z.string()),
});

/** The workspaces that were made on that machine. */
export async function loadFound(
  place: ScriptPlace,
  key: string,
  signal: AbortSignal,
): Promise<readonly FoundWorkspace[]> {
  const machine = await untilReached(place, signal, (client) => client.hello({ signal }));
  const text = await readScript(place, { key, request: foundRequest(machine) }, signal);
  return text === null ? [] : parseFound(text);
}

/** What cannot be read is passed over. */
export function parseFound(text: string): readonly FoundWorkspace[] {
  const found: { record: MachineRecord | null; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('record ')) found.push({ record: readRecord(line.slice(7)), lines: [] });
    else if (line.startsWith('fact ')) found.at(-1)?.lines.push(line.slice(5));
  }
  return found
    .slice(0, MOST)
    .flatMap(({ record, lines }) => (record ? { record, facts: factsOf(lines) } : []));
}

function readRecord(text: string): MachineRecord | null {
  try {
    const read = recordShape.safeParse(JSON.parse(text));
    const template = read.success ? templateOf(read.data.template) : null;
    return read.success && template?.ok ? { ...read.data, template: template.value } : null;
  } catch {
    return null;
  }
}
