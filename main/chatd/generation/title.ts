import type { ChatId } from '@shared/model/ids.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { StepView } from '../machine/types.ts';
import { takeAll } from './generate.ts';
import type { GenerationDeps } from './ports.ts';

export const TITLE_TIMEOUT_MS = 30_000;
const MAX_RUNES = 80;

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

/** Asks the chat's model for a title. Silent: a failure or the time limit leaves the fallback. */
export async function generateTitle(
  deps: GenerationDeps,
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TITLE_TIMEOUT_MS)]);
  const title = await askForTitle(deps, view, bounded).catch((error: unknown) => {
    deps.log.debug('no title', { chatId: view.chat.id, error: String(error) });
    return null;
  });
  if (title !== null) await saveTitle(deps, view.chat.id, title);
}

async function saveTitle(deps: GenerationDeps, chatId: ChatId, title: string): Promise<void> {
  await deps.store.call('setModelTitle', { chatId, title });
}

async function askForTitle(
  deps: GenerationDeps,
  view: StepView,
  signal: AbortSignal,
): Promise<string | null> {
  const ready = await deps.resolveModel(view.chat.modelConfigId);
  const release = await takeAll(deps.modelSlots(ready.model.provider), signal);
  try {
    return normalizeTitle(await callForTitle(ready, view, signal));
  } finally {
    release();
  }
}

async function callForTitle(ready: ResolvedModel, view: StepView, signal: AbortSignal): Promise<string> {
  const first = view.tail.find((m) => m.role === 'user');
  const text = first?.content.flatMap((p) => (p.type === 'text' ? [p.text] : [])).join('\n') ?? '';
  let title = '';
  const stream = ready.model.stream(
    {
      model: ready.name,
      messages: [
        {
          role: 'system',
          text: 'You name conversations. Answer with a title for the message: at most 8 words, below 128 characters, plain text, no quotes, no Markdown, no full stop.',
        },
        { role: 'user', content: [{ type: 'text', text: text.slice(0, 8_000) }] },
      ],
      tools: [],
      toolChoice: 'none',
      maxOutputTokens: 1_000,
      effort: null,
      options: {},
    },
    signal,
  );
  for await (const event of stream) if (event.type === 'text') title += event.delta;
  return title;
}
