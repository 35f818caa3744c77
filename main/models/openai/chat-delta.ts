import type OpenAI from 'openai';

export type Chunk = OpenAI.Chat.ChatCompletionChunk;
export type Delta = Chunk['choices'][number]['delta'];

/** What compatible servers send in a delta besides what the client's types know. */
interface Spoken {
  readonly reasoning: string;
  readonly text: string;
}

/** The same reasoning may stand in two of them: the first that holds some counts. */
const reasoningFields = ['reasoning_content', 'reasoning', 'thinking'];

export function spoken(delta: Delta): Spoken {
  const fields = delta as unknown as Record<string, unknown>;
  const content = contentOf(fields['content']);
  const refusal = typeof delta.refusal === 'string' ? delta.refusal : '';
  if (isThought(fields))
    return { reasoning: content.text.replaceAll(/^<thought>|<\/thought>$/g, ''), text: refusal };
  return {
    reasoning: reasoningOf(fields) || content.reasoning,
    text: content.text + refusal,
  };
}

function reasoningOf(fields: Record<string, unknown>): string {
  for (const name of reasoningFields) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return entries(fields['reasoning_details'])
    .map((detail) => stringOf(detail['text']) || stringOf(detail['summary']))
    .join('');
}

/** A text, or a list of parts, some of which may be thinking (Mistral). */
function contentOf(content: unknown): Spoken {
  if (typeof content === 'string') return { reasoning: '', text: content };
  const parts = entries(content);
  const ofKind = (thinking: boolean) => parts.filter((part) => (part['type'] === 'thinking') === thinking);
  return {
    reasoning: ofKind(true)
      .map((part) => stringOf(part['thinking']) || contentOf(part['thinking']).text)
      .join(''),
    text: ofKind(false)
      .map((part) => stringOf(part['text']))
      .join(''),
  };
}

/** Google marks the words of a thought, which stand in a tag: `<thought>` before the first, the end before the answer. */
function isThought(fields: Record<string, unknown>): boolean {
  const google = fieldsOf(fieldsOf(fields['extra_content'])['google']);
  return google['thought'] === true;
}

/** The arguments of a call as text; some servers send them as the object itself. */
export function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
}

/** An error that takes the place of a chunk (vLLM); the client looks for one inside of a chunk only. */
export function errorIn(chunk: Chunk): Error | null {
  const fields = chunk as unknown as Record<string, unknown>;
  if (fields['object'] !== 'error') return null;
  const { code, type } = fields;
  return Object.assign(new Error(stringOf(fields['message']) || 'server error'), { code, type });
}

function entries(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
