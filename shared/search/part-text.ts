import type { Role } from '../model/message.ts';
import type { Part } from '../model/part.ts';

/** Of what a part is: the glyph of a result. Calls of tools and their results carry the tool's name. */
export type FoundKind = 'you' | 'agent' | 'thought' | 'note' | 'file' | 'source' | `tool:${string}`;

export interface PartText {
  readonly kind: FoundKind;
  readonly text: string;
}

/** Of one part; what stands behind it is not looked for. */
export const MOST_TEXT = 32_768;

/** It would find itself, and what it found before. */
const SEARCH_TOOL = 'search_history';

/** What can be found of a part; null: nothing. */
export function partText(role: Role, part: Part): PartText | null {
  if ('tool_name' in part && part.tool_name === SEARCH_TOOL) return null;
  const found = wholeText(role, part);
  return found && found.text.trim() !== '' ? { ...found, text: found.text.slice(0, MOST_TEXT) } : null;
}

function wholeText(role: Role, part: Part): PartText | null {
  switch (part.type) {
    case 'text':
      return { kind: KINDS[role], text: part.text };
    case 'reasoning':
      return { kind: 'thought', text: joined([part.title, part.text]) };
    case 'tool-call':
      return { kind: `tool:${part.tool_name}`, text: part.invalid_args ?? textOf(part.args, () => true) };
    case 'tool-result':
      return { kind: `tool:${part.tool_name}`, text: textOf(part.result, isOutcome) };
    case 'source':
      return { kind: 'source', text: joined([part.title, part.url]) };
    case 'file':
      return part.name === undefined ? null : { kind: 'file', text: part.name };
    case 'file-reference':
      return { kind: 'file', text: joined([part.file_name, part.content]) };
    default:
      // A row of a newer Gaffer: what it is, this one does not know.
      return null;
  }
}

const KINDS = { user: 'you', assistant: 'agent', system: 'note', tool: 'note' } as const;

function joined(lines: readonly (string | undefined)[]): string {
  return lines.filter((line) => line !== undefined && line !== '').join('\n');
}

/** Nobody looks for the sizes and times that tools tell with what they did. */
const isOutcome = (key: string) => key === '' || key === 'exit_code';

/** What a tool was asked or answered, without the JSON around it: its words, and of numbers those that are wanted: `exit_code 1`. */
function textOf(value: unknown, isWanted: (key: string) => boolean): string {
  const lines: string[] = [];
  let room = MOST_TEXT;
  const add = (line: string) => {
    if (line === '') return;
    lines.push(line.slice(0, room));
    room -= line.length + 1;
  };
  const walk = (key: string, inner: unknown, depth: number): void => {
    if (room <= 0 || depth > DEEPEST) return;
    if (typeof inner === 'string') add(inner);
    else if (typeof inner === 'number' && isWanted(key))
      add(key === '' ? String(inner) : `${key} ${inner}`);
    else if (Array.isArray(inner)) for (const one of inner) walk('', one, depth + 1);
    else if (typeof inner === 'object' && inner !== null) {
      for (const [name, one] of Object.entries(inner)) walk(name, one, depth + 1);
    }
  };
  walk('', value, 0);
  return lines.join('\n');
}

const DEEPEST = 20;
