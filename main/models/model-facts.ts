import type { AccountKind, ModelInputs } from '@shared/model/account.ts';

/** What the adapters must know about a model from its id alone; the catalogue knows more but not every model. */

/** OpenAI models that reason: they take `reasoning` and give encrypted reasoning back. */
export function reasonsOnOpenai(model: string): boolean {
  const id = model.slice(model.lastIndexOf('/') + 1);
  if (id.endsWith('chat-latest')) return false;
  return /^(o[1-9]|gpt-[5-9]|gpt-\d{2}|codex)/.test(id);
}

/** How a Claude model is asked to think: by effort, by a token budget, or not at all. */
export function claudeThinking(model: string): 'adaptive' | 'budget' | 'none' {
  const id = model.slice(model.lastIndexOf('/') + 1);
  if (/^claude-(instant|2|3-(haiku|sonnet|opus|5))/.test(id)) return 'none';
  if (/^claude-3-7|^claude-(opus|sonnet|haiku)-4(-[0-5])?(-\d{8}|@|$)/.test(id)) return 'budget';
  return id.startsWith('claude-') ? 'adaptive' : 'none';
}

const TEXT_ONLY =
  /^(gpt-3\.5|o1-(mini|preview)|o3-mini|claude-(instant|2)|deepseek-(chat|reasoner)|codestral|qwen\d*(\.\d+)?-coder)/;
const WITHOUT_DOCUMENTS = /^(claude-3-(haiku|opus|sonnet)|gpt-4$|gpt-4-)/;

/**
 * A compatible server is asked with pictures, which most models of today see, and refuses them by itself; PDF only
 * where it is known to be read. `images` and `documents` among the options of a configuration decide.
 */
export function inputsOf(
  { kind, baseUrl }: { readonly kind: AccountKind; readonly baseUrl: string },
  { model, options }: { readonly model: string; readonly options: Readonly<Record<string, unknown>> },
): ModelInputs {
  if (kind === 'demo') return { images: false, documents: false };
  const id = model.slice(model.lastIndexOf('/') + 1);
  const images = !TEXT_ONLY.test(id);
  const reads = kind === 'openai' || kind === 'anthropic' || /(^|[./])openrouter\.ai\b/.test(baseUrl);
  const documents = images && reads && !WITHOUT_DOCUMENTS.test(id);
  return { images: flag(options['images'], images), documents: flag(options['documents'], documents) };
}

function flag(given: unknown, otherwise: boolean): boolean {
  return typeof given === 'boolean' ? given : otherwise;
}
