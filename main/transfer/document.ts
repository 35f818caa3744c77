import type { Part, ToolCallPart, ToolResultPart } from '@shared/model/part.ts';
import type { ExportSource } from './export-source.ts';
import type { ExportedChat, ExportedMessage } from './format.ts';

/** What a document for people is made of, one after another. */
export type Piece =
  | {
      readonly kind: 'chat';
      readonly chat: ExportedChat;
      /** The one that started it. */
      readonly parent: ExportedChat | null;
    }
  | {
      readonly kind: 'words';
      readonly who: 'You' | 'Agent';
      readonly at: string;
      readonly parts: readonly Part[];
      readonly interrupted: boolean;
    }
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'call'; readonly call: ToolCallPart; readonly result: ToolResultPart | null }
  | { readonly kind: 'cut'; readonly words: string; readonly summary: string };

/** Rows of a step may be many, but its results follow it directly. */
export async function* piecesOf(source: ExportSource): AsyncGenerator<Piece> {
  for (const [at, chat] of source.chats.entries()) {
    yield { kind: 'chat', chat, parent: source.chats.find(({ id }) => id === chat.parent_id) ?? null };
    let step: ExportedMessage | null = null;
    let results: ToolResultPart[] = [];
    for await (const message of source.read(at)) {
      if (message.visibility === 'model' || message.role === 'system') continue;
      if (message.role === 'tool') {
        results.push(...message.content.filter((part) => part.type === 'tool-result'));
        continue;
      }
      if (step) yield* piecesOfStep(step, results);
      results = [];
      step = message;
    }
    if (step) yield* piecesOfStep(step, results);
  }
}

function* piecesOfStep(message: ExportedMessage, answers: readonly ToolResultPart[]): Generator<Piece> {
  const { created_at: at, interrupted, content } = message;
  const results = [...answers, ...content.filter((part) => part.type === 'tool-result')];
  const who = message.role === 'user' ? 'You' : 'Agent';
  let parts: Part[] = [];
  const words = (isLast: boolean): Piece[] => {
    const said = parts;
    parts = [];
    const isCut = isLast && interrupted;
    return said.length > 0 || isCut ? [{ kind: 'words', who, at, parts: said, interrupted: isCut }] : [];
  };
  for (const part of content) {
    if (part.type === 'reasoning') {
      yield* words(false);
      if (part.text.trim() !== '') yield { kind: 'thought', text: part.text };
    } else if (part.type === 'tool-call') {
      yield* words(false);
      const result = results.find((one) => one.tool_call_id === part.tool_call_id) ?? null;
      yield cutOf(part, result) ?? { kind: 'call', call: part, result };
    } else if (part.type !== 'tool-result' && !(part.type === 'text' && part.text.trim() === ''))
      parts.push(part);
  }
  yield* words(true);
}

/** Calls that no model made. */
function cutOf({ tool_name }: ToolCallPart, result: ToolResultPart | null): Piece | null {
  const body = result?.result as { readonly summary?: unknown } | null | undefined;
  if (tool_name === 'chat_cleared') return { kind: 'cut', words: 'Context cleared', summary: '' };
  if (tool_name !== 'chat_summarized') return null;
  const summary = typeof body?.summary === 'string' ? body.summary : '';
  return { kind: 'cut', words: summary === '' ? 'Not summarized' : 'Summarized', summary };
}

/** "gpt-4o · api-server on gpu-box · 12 messages" */
export function factsOf({ model, workspace, messages }: ExportedChat): string {
  const place = workspace && (workspace.host ? `${workspace.name} on ${workspace.host}` : workspace.name);
  const rows = messages === 1 ? '1 row' : `${messages} rows`;
  return [model?.model, place, rows].filter(Boolean).join(' · ');
}

/** "2026-11-28 21:15 UTC" */
export function timeWords(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
