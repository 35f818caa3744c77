const exactKeys = new Set([
  'contextlimit',
  'contextwindow',
  'contextlength',
  'maxcontext',
  'maxcontexttokens',
  'maxinputtokens',
  'maxinputtoken',
  'inputtokenlimit',
]);

/** Lower case, letters and digits only. */
export function normalizeKey(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** The words of a key: camelCase, separators and digits split it. */
export function keyWords(key: string): string[] {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** Does a key of provider metadata name the size of the context window (CHATD 5.10)? */
export function isContextLimitKey(key: string): boolean {
  if (exactKeys.has(normalizeKey(key))) return true;
  const words = keyWords(key);
  if (!words.includes('context') || words.includes('used') || words.includes('usage')) return false;
  return words.includes('limit') || words.includes('window') || words.includes('length');
}

/** A positive whole number, or a text that is one; else null. */
export function limitValue(value: unknown): number | null {
  if (typeof value === 'string') {
    const text = value.trim();
    return /^\d+$/.test(text) ? limitValue(Number(text)) : null;
  }
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** Every context limit anywhere in the metadata. */
export function contextLimits(metadata: unknown): number[] {
  if (Array.isArray(metadata)) return metadata.flatMap((item) => contextLimits(item));
  if (typeof metadata !== 'object' || metadata === null) return [];
  return Object.entries(metadata).flatMap(([key, value]) => {
    const own = isContextLimitKey(key) ? limitValue(value) : null;
    return own === null ? contextLimits(value) : [own];
  });
}

/** The largest context limit that the metadata names; null when it names none. */
export function extractContextLimit(metadata: unknown): number | null {
  const found = contextLimits(metadata);
  return found.length === 0 ? null : Math.max(...found);
}
