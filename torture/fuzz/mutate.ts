import type { Chance } from '../random.ts';

/** Texts that programs stumble over. */
const ODD_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u0000\ufeff',
  'e\u0301 \u00e9',
  '😀'.repeat(50),
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'true',
  '0x10',
  '1e3',
  '-0',
  'NaN',
  'Infinity',
  '9007199254740993',
  '-9223372036854775808',
  '%00',
  '%2e%2e%2f',
  '%ff%fe',
  '%',
  '../'.repeat(40),
  '/'.repeat(300),
  '~',
  '$HOME',
  '`id`',
  '<script>',
  "';--",
  '\r\nx-injected: 1',
  'x'.repeat(5_000),
];
const ODD_NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, 1e21, -1e-7];

export function oddText(chance: Chance): string {
  return chance.pick(ODD_TEXTS);
}

export function oddNumber(chance: Chance): number {
  return chance.hit(0.3) ? chance.between(-1_000_000, 1_000_000) : chance.pick(ODD_NUMBERS);
}

export function oddValue(chance: Chance, depth = 0): unknown {
  switch (chance.between(0, depth > 2 ? 4 : 6)) {
    case 0:
      return null;
    case 1:
      return chance.hit(0.5);
    case 2:
      return oddNumber(chance);
    case 3:
    case 4:
      return oddText(chance);
    case 5:
      return Array.from({ length: chance.between(0, 5) }, () => oddValue(chance, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: chance.between(0, 4) }, () => [oddText(chance), oddValue(chance, depth + 1)]),
      );
  }
}

/** One or two characters go, come twice, or become others. */
export function mutateText(chance: Chance, text: string): string {
  const chars = Array.from(text);
  for (let count = chance.between(1, 3); count > 0; count -= 1) {
    const at = chance.between(0, Math.max(0, chars.length - 1));
    const odd = chance.hit(0.2) ? oddText(chance) : String.fromCodePoint(chance.between(1, 0x2ff));
    const how = chance.between(0, 3);
    if (how === 0) chars.splice(at, 1);
    else if (how === 1) chars.splice(at, 0, odd);
    else if (how === 2) chars[at] = odd;
    else chars.splice(at, 0, ...chars.slice(at, at + chance.between(1, 20)));
  }
  return chars.join('');
}

export function mutateBytes(chance: Chance, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (let count = chance.between(1, 8); count > 0 && changed.length > 0; count -= 1)
    changed[chance.between(0, changed.length - 1)] = chance.between(0, 255);
  return chance.hit(0.3) ? changed.subarray(0, chance.between(0, changed.length)) : changed;
}

/** Somewhere in a tree of plain data something is missing, another, or too much. */
export function mutateValue(chance: Chance, value: unknown): unknown {
  if (chance.hit(0.15) || typeof value !== 'object' || value === null) {
    return typeof value === 'string' && chance.hit(0.5) ? mutateText(chance, value) : oddValue(chance);
  }
  if (Array.isArray(value)) {
    if (value.length === 0 || chance.hit(0.2)) return [...value, oddValue(chance)];
    const at = chance.between(0, value.length - 1);
    if (chance.hit(0.2)) return [...value, ...Array.from({ length: 50 }, () => value[at] as unknown)];
    return value.map((item: unknown, index) => (index === at ? mutateValue(chance, item) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || chance.hit(0.15)) return { ...value, [oddText(chance)]: oddValue(chance) };
  const at = chance.between(0, entries.length - 1);
  if (chance.hit(0.25)) return Object.fromEntries(entries.filter((_, index) => index !== at));
  return Object.fromEntries(
    entries.map(([name, item], index) => [name, index === at ? mutateValue(chance, item) : item]),
  );
}
