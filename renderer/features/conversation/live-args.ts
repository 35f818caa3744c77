const STRINGS = /"(path|command|process_id|title|prompt|chat_id|message)"\s*:\s*"((?:[^"\\]|\\.)*)("?)/g;

/** What can be said of arguments that are still being written: their short strings. */
export function partialArgs(raw: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const match of raw.slice(0, 2_000).matchAll(STRINGS)) {
    const [, name, value] = match;
    if (!name || value === undefined || found[name] !== undefined) continue;
    found[name] = value.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1');
  }
  return found;
}
