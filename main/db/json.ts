/**
 * JSON text for a jsonb parameter. PostgreSQL takes neither U+0000 nor half a surrogate pair, and models
 * and commands emit both: they become U+FFFD.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return /\\u0000|\\ud[89a-f]/i.test(text) ? JSON.stringify(clean(value)) : text;
}

/** The same for a text parameter. */
export function toText(text: string): string {
  return text
    .replaceAll('\0', '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return toText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [toText(key), clean(v)]));
}
