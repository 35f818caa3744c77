import type { Random } from '../../base/random.ts';

/** Of what a name is made from, when a suffix follows (CHATD 8.1). */
const BASE_CHARACTERS = 27;
const MOST_CHARACTERS = 63;

/** A name for a directory and a branch; null: nothing is left of what was given. */
export function sanitizeName(given: string, most: number = MOST_CHARACTERS): string | null {
  const plain = given
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, most)
    .replace(/^[-._]+|[-._]+$/g, '')
    // No branch ends so.
    .replace(/\.lock$/i, '');
  return plain === '' ? null : plain;
}

/** 27 characters at most of the base, a dash and 4 hex digits. */
export function withSuffix(base: string, random: Pick<Random, 'uuid'>): string {
  const head = sanitizeName(base.toLowerCase(), BASE_CHARACTERS) ?? 'workspace';
  return `${head}-${random.uuid().replaceAll('-', '').slice(0, 4)}`;
}
