import type { ToolResultPart } from '@shared/model/part.ts';
import { tokens } from '../../lib/format.ts';
import { number, record, text } from './json.ts';

/** Where the model's memory of the chat was cut: everything above stays readable. */
export interface ContextCut {
  readonly what: 'summary' | 'clear' | 'import';
  readonly phase: 'running' | 'done' | 'failed';
  /** "Summarized · 182k → 6k tokens" */
  readonly words: string;
  /** What the model knows of the rows above, or why it was not summarized; empty when there is nothing to say. */
  readonly summary: string;
}

/** Calls that no model made: main writes them when it cuts the context (CHATD 6.5, 6.8). */
const CUTS: Readonly<Record<string, ContextCut['what']>> = {
  chat_summarized: 'summary',
  chat_cleared: 'clear',
  chat_imported: 'import',
};

export function isContextCut(tool: string): boolean {
  return Object.hasOwn(CUTS, tool);
}

type Result = Pick<ToolResultPart, 'result' | 'is_error'>;

export function contextCut(tool: string, result: Result | null): ContextCut {
  const what = CUTS[tool] ?? 'summary';
  if (what === 'clear') return { what, phase: 'done', words: 'Context cleared', summary: '' };
  if (what === 'import') return { what, phase: 'done', words: importWords(result), summary: '' };
  if (!result) return { what, phase: 'running', words: 'Summarizing…', summary: '' };
  const body = record(result.result);
  if (result.is_error) {
    const why = text(result.result) || text(body['message']) || text(body['error']);
    return { what, phase: 'failed', words: 'Not summarized', summary: why };
  }
  const summary = text(body['summary']);
  const sizes = sizesOf(number(body['context_tokens']), number(body['tokens_after']));
  return { what, phase: 'done', words: sizes === '' ? 'Summarized' : `Summarized · ${sizes}`, summary };
}

/** Everything above was said elsewhere. */
function importWords(result: Result | null): string {
  const at = text(record(result?.result)['imported_at']);
  return at === '' ? 'Imported' : `Imported · ${new Date(at).toLocaleDateString()}`;
}

function sizesOf(before: number | null, after: number | null): string {
  if (before === null || before <= 0) return '';
  return after === null ? `from ${tokens(before)} tokens` : `${tokens(before)} → ${tokens(after)} tokens`;
}
