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
