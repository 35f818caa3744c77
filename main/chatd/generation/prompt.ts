import type { FileReferencePart, Part, ToolCallPart, ToolResultPart } from '@shared/model/part.ts';
import type {
  PromptAssistantPart,
  PromptMessage,
  PromptToolResult,
  PromptUserPart,
} from '../../models/port.ts';
import type { StoredMessage } from '../machine/types.ts';
import { estimatedFiles, type FileView } from './file-view.ts';

const NO_RESULT = 'The tool call was interrupted and did not receive a result.';
/** No server answers to system messages alone: all the person said may be in a summary. */
const GO_ON: PromptMessage = { role: 'user', content: [{ type: 'text', text: 'Continue.' }] };

/**
 * Stored rows → provider messages with the repairs of CHATD 5.9: ids sanitized alike on both sides, every call
 * answered directly after its message, no orphaned result, no empty message. `extra` system texts go after the
 * leading system rows. `files`: where only the length counts, none of them is loaded.
 */
export function buildPrompt(
  rows: readonly StoredMessage[],
  extra: readonly string[],
  files: FileView = estimatedFiles,
): PromptMessage[] {
  const prompt: PromptMessage[] = [];
  let open: OpenCalls | null = null;
  const close = () => {
    if (open) prompt.push({ role: 'tool', results: open.finish() });
    open = null;
  };
  for (const row of rows) {
    if (row.role === 'tool') {
      const results = row.content.filter((p): p is ToolResultPart => p.type === 'tool-result');
      for (const result of results) {
        if (open?.answer(result)) continue;
        close();
        const orphan = new OpenCalls([callOf(result)], row.id);
        prompt.push({ role: 'assistant', content: orphan.calls });
        orphan.answer(result);
        open = orphan;
      }
      continue;
    }
    close();
    if (row.role === 'assistant') {
      const calls = row.content.filter(
        (p): p is ToolCallPart => p.type === 'tool-call' && !p.provider_executed,
      );
      open = calls.length > 0 ? new OpenCalls(calls, row.id) : null;
      const content = assistantContent(row.content, open);
      if (content.length > 0) prompt.push({ role: 'assistant', content });
    } else if (row.role === 'user') {
      const content = userContent(row.content, files);
      if (content.length > 0) prompt.push({ role: 'user', content });
    } else {
      const text = textOf(row.content);
      if (text) prompt.push({ role: 'system', text });
    }
  }
  close();
  const leading = prompt.findIndex((m) => m.role !== 'system');
  const at = leading < 0 ? prompt.length : leading;
  const added = extra.filter((t) => t !== '').map((text): PromptMessage => ({ role: 'system', text }));
  const rest = leading < 0 ? [GO_ON] : prompt.slice(at);
  return [...prompt.slice(0, at), ...added, ...rest];
}

/** Ephemeral breakpoints: the last leading system message and the last two messages (CHATD 5.8). */
export function markCacheBreakpoints(prompt: readonly PromptMessage[]): PromptMessage[] {
  const firstOther = prompt.findIndex((m) => m.role !== 'system');
  const lastSystem = (firstOther < 0 ? prompt.length : firstOther) - 1;
  return prompt.map((message, i) => {
    const { cache: _, ...plain } = message;
    const marked = i === lastSystem || i >= prompt.length - 2;
    return marked ? ({ ...plain, cache: true } as PromptMessage) : (plain as PromptMessage);
  });
}

/** The calls of one assistant message, waiting for their results in call order. */
class OpenCalls {
  readonly calls: readonly Extract<PromptAssistantPart, { type: 'tool-call' }>[];
  readonly #results = new Map<string, PromptToolResult>();
  readonly #ids = new Map<string, string>();

  constructor(calls: readonly ToolCallPart[], messageId: number) {
    this.calls = calls.map((call, index) => {
      // The row's id makes it unique in the prompt: some servers use `call_0` in every answer.
      const id = `${sanitizeId(call.tool_call_id).slice(0, 40)}_${messageId}_${index}`;
      this.#ids.set(call.tool_call_id, id);
      const metadata = call.provider_metadata;
      return {
        type: 'tool-call',
        id,
        name: call.tool_name,
        args: argsOf(call),
        ...(metadata ? { metadata } : {}),
      };
    });
  }

  answer(result: ToolResultPart): boolean {
    const id = this.#ids.get(result.tool_call_id);
    if (id === undefined || this.#results.has(id)) return false;
    this.#results.set(id, {
      id,
      name: result.tool_name,
      output: outputText(result.result, result.is_error ?? false),
      isError: result.is_error ?? false,
    });
    return true;
  }

  finish(): readonly PromptToolResult[] {
    return this.calls.map(
      ({ id, name }) =>
        this.#results.get(id) ?? { id, name, output: JSON.stringify({ error: NO_RESULT }), isError: true },
    );
  }
}

/** Anything but an object is refused as the input of a call. */
function argsOf({ args }: ToolCallPart): unknown {
  return typeof args === 'object' && args !== null && !Array.isArray(args) ? args : {};
}

function callOf(result: ToolResultPart): ToolCallPart {
  return { type: 'tool-call', tool_call_id: result.tool_call_id, tool_name: result.tool_name, args: {} };
}

function outputText(result: unknown, isError: boolean): string {
  if (typeof result === 'string') return JSON.stringify(isError ? { error: result } : { output: result });
  return JSON.stringify(result ?? null);
}

function sanitizeId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}

function assistantContent(parts: readonly Part[], open: OpenCalls | null): PromptAssistantPart[] {
  const content: PromptAssistantPart[] = [];
  let call = 0;
  for (const part of parts) {
    if (part.type === 'text' && part.text.trim()) content.push({ type: 'text', text: part.text });
    else if (part.type === 'reasoning') {
      content.push({
        type: 'reasoning',
        text: part.text,
        ...(part.provider_metadata ? { metadata: part.provider_metadata } : {}),
      });
    } else if (part.type === 'tool-call' && !part.provider_executed) {
      const made = open?.calls[call];
      call += 1;
      if (made) content.push(made);
    }
  }
  // Reasoning alone is refused by providers as a message.
  return content.some((p) => p.type !== 'reasoning') ? content : [];
}

function userContent(parts: readonly Part[], files: FileView): PromptUserPart[] {
  return parts.flatMap((part): PromptUserPart[] => {
    if (part.type === 'text') return part.text.trim() ? [{ type: 'text', text: part.text }] : [];
    if (part.type === 'file') return [...files(part)];
    return part.type === 'file-reference' ? [{ type: 'text', text: referenceText(part) }] : [];
  });
}

function referenceText({ file_name, start_line, end_line, content }: FileReferencePart): string {
  const lines = start_line === end_line ? `line ${start_line}` : `lines ${start_line}-${end_line}`;
  return `${file_name}, ${lines}:\n${content}`;
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap((p) => (p.type === 'text' ? [p.text] : [])).join('\n');
}
