import type { Usage } from '@shared/model/message.ts';
import type { PromptMessage } from '../../models/port.ts';
import { costMicros } from '../../models/price.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { StepView, StoredMessage } from '../machine/types.ts';
import { promptTokens, textTokens } from './estimate.ts';
import { type GenerationDeps, treeOf } from './ports.ts';
import { takeAll } from './take-all.ts';

export const TITLE_TIMEOUT_MS = 30_000;
const MAX_RUNES = 80;

type TitleDeps = Pick<GenerationDeps, 'store' | 'clock' | 'log' | 'resolveModel' | 'modelSlots'>;

/** First 6 words of the first message, "…" when cut, at most 80 runes; "New Chat" for nothing (CHATD 3.8). */
export function fallbackTitle(text: string): string {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 'New Chat';
  const title = words.slice(0, 6).join(' ');
  const runes = Array.from(title);
  if (runes.length > MAX_RUNES) return `${runes.slice(0, MAX_RUNES - 1).join('')}…`;
  return words.length > 6 && runes.length < MAX_RUNES ? `${title}…` : title;
}

/** What a model said, made fit for one line; null when nothing is left. */
export function normalizeTitle(raw: string): string | null {
  const line = raw.trim().replaceAll(/\s+/g, ' ');
  const plain = line.replace(/^["'“”‘’`*#\s]+/, '').replace(/["'“”‘’`*\s]+$/, '');
  const cut = Array.from(plain).slice(0, MAX_RUNES).join('').trim();
  return cut === '' ? null : cut;
}

/** Exactly one visible user message, no answer yet, and the title is still the fallback. */
export function wantsTitle(view: StepView): boolean {
  return (
    view.chat.titleSource === 'fallback' &&
    view.userMessages === 1 &&
    !view.tail.some((m) => m.role === 'assistant' || m.role === 'tool')
  );
}

/**
 * Asks the chat's model for a title. Silent: a failure or the time limit leaves the one that is there. `force`: the
 * person asked for it, so it also takes the place of their own, and is about what the chat is about by now.
 * Answers whether there is a new one.
 */
export async function generateTitle(
  deps: TitleDeps,
  view: StepView,
  signal: AbortSignal,
  { force = false }: { readonly force?: boolean } = {},
): Promise<boolean> {
  const chatId = view.chat.id;
  const rows = force ? ((await deps.store.call('loadPrompt', { chatId }))?.prompt ?? []) : view.tail;
  const said = await bounded(deps, signal, (until) => askForTitle(deps, view, topicOf(rows), until)).catch(
    (error: unknown) => {
      deps.log.debug('no title', { chatId, error: String(error) });
      return null;
    },
  );
  if (!said) return false;
  // Also an answer that is no title has cost something.
  const { title, costMicros: cost } = said;
  const args = { chatId, title: title ?? '', costMicros: cost, ...(force ? { force } : {}) };
  return await deps.store.call('setModelTitle', args);
}

/** Runs `work` under a signal that aborts when its time is over, and leaves no timer behind. */
async function bounded<T>(
  { clock }: TitleDeps,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const alarm = clock.sleep(TITLE_TIMEOUT_MS, over.signal).then(
    () => late.abort(new Error('The title took too long')),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    over.abort(new Error('The title is over'));
    await alarm;
  }
}

/** The person's words: how it began, and in a longer chat the newest ones. */
function topicOf(rows: readonly StoredMessage[]): string {
  const said = rows.filter((m) => m.role === 'user').map((m) => textOf(m.content));
  return [...said.slice(0, 1), ...said.slice(1).slice(-4)].join('\n\n').slice(0, 8_000);
}

function textOf(parts: StoredMessage['content']): string {
  const said = parts.flatMap((p) => {
    if (p.type === 'text') return [p.text];
    return p.type === 'file' ? [`[Attached: ${p.name ?? p.media_type}]`] : [];
  });
  return said.join('\n');
}

interface SaidTitle {
  readonly title: string | null;
  readonly costMicros: number | null;
}

async function askForTitle(
  deps: TitleDeps,
  view: StepView,
  topic: string,
  signal: AbortSignal,
): Promise<SaidTitle> {
  const ready = await deps.resolveModel(view.chat.modelConfigId);
  const release = await takeAll(deps.modelSlots(ready.model.provider, treeOf(view.chat)), signal);
  try {
    return await callForTitle(ready, topic, signal);
  } finally {
    release();
  }
}

async function callForTitle(ready: ResolvedModel, topic: string, signal: AbortSignal): Promise<SaidTitle> {
  let text = '';
  let usage: Usage | null = null;
  const messages: PromptMessage[] = [
    {
      role: 'system',
      text: 'You name conversations. Answer with a title for the message: at most 8 words, below 128 characters, plain text, no quotes, no Markdown, no full stop.',
    },
    { role: 'user', content: [{ type: 'text', text: topic }] },
  ];
  const stream = ready.model.stream(
    {
      model: ready.name,
      messages,
      tools: [],
      toolChoice: 'none',
      maxOutputTokens: 1_000,
      effort: null,
      options: {},
    },
    signal,
  );
  for await (const event of stream) {
    if (event.type === 'text') text += event.delta;
    else if (event.type === 'finish') usage = event.usage;
  }
  const estimate = { input: promptTokens(messages), output: textTokens(text) };
  return { title: normalizeTitle(text), costMicros: costMicros({ usage, estimate }, ready.price) };
}
