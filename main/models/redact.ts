const maxDetail = 500;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(?:sk|pk|rk|xai|gsk|key|AIza)[-_][A-Za-z0-9_*.-]{6,}/g, '[key]'],
  [/\bAIza[A-Za-z0-9_-]{10,}/g, '[key]'],
  [/\bBearer\s+[^\s"',;]+/gi, 'Bearer [key]'],
  [
    /\b((?:x-)?api[-_ ]?key|authorization|token|secret|password)(["']?\s*[:=]\s*["']?)(?!Bearer )[^\s"',;&]+/gi,
    '$1$2[key]',
  ],
  [/(\/\/[^\s/:@]+):[^\s/@]+@/g, '$1:[key]@'],
];

/** Removes what looks like a key, and the given secrets exactly; cuts at 500 code points. Blank is null. */
export function redact(text: string, secrets: readonly string[] = []): string | null {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '[key]');
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  clean = clean.trim();
  if (clean === '') return null;
  const points = Array.from(clean.slice(0, maxDetail * 4));
  return points.length <= maxDetail ? clean : `${points.slice(0, maxDetail - 1).join('')}…`;
}
