/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Rgb = readonly [number, number, number];
interface Colour {
  readonly rgb: Rgb;
  readonly alpha: number;
}

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Theme = 'dark' | 'light' | 'dark, high contrast' | 'light, high contrast';

const SELECTORS: Readonly<Record<Theme, string>> = {
  dark: ':root {',
  light: "[data-theme='light'] {",
  'dark, high contrast': "[data-theme='dark'][data-contrast='more'] {",
  'light, high contrast': "[data-theme='light'][data-contrast='more'] {",
};
const THEMES = Object.keys(SELECTORS) as readonly Theme[];

/** Tokens of one theme; each says all of them, so that none is taken from another one by mistake. */
function tokens(theme: Theme): ReadonlyMap<string, Colour> {
  const from = css.indexOf(`\n${SELECTORS[theme]}`);
  const block = css.slice(from, css.indexOf('\n}', from));
  const found = new Map<string, Colour>();
  for (const [, name, l, c, h, a] of block.matchAll(
    /(--[\w-]+):\s*oklch\(([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)/g,
  )) {
    found.set(name ?? '', { rgb: oklch(Number(l), Number(c), Number(h)), alpha: Number(a ?? 1) });
  }
  return found;
}

/** To linear sRGB, clipped as a screen would. */
function oklch(l: number, c: number, hue: number): Rgb {
  const a = c * Math.cos((hue * Math.PI) / 180);
  const b = c * Math.sin((hue * Math.PI) / 180);
  const [x, y, z] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ] as const;
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  return [
    clip(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    clip(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    clip(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
  ];
}

const gamma = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** Alpha is mixed in gamma space, as browsers do. */
function over(top: Colour, under: Rgb): Rgb {
  const mix = (i: 0 | 1 | 2) => linear(gamma(top.rgb[i]) * top.alpha + gamma(under[i]) * (1 - top.alpha));
  return [mix(0), mix(1), mix(2)];
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
function contrast(a: Rgb, b: Rgb): number {
  const [hi = 0, lo = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}

/** Lines of a diff, and words in them that differ. */
const WASHES = ['add-wash/code', 'del-wash/code'];
const DIFF = ['code', ...WASHES, 'add-word/add-wash/code', 'del-word/del-wash/code'];

/** Where each colour is used as text; washes stand on the surface after the slash. */
const TEXT: Readonly<Record<string, readonly string[]>> = {
  'fg-0': [
    'bg-0',
    'bg-1',
    'bg-2',
    'bg-3',
    'code',
    'select',
    'accent-wash/bg-2',
    'accent-wash/bg-3',
    'warn-wash/bg-1',
  ],
  'fg-1': ['bg-0', 'bg-1', 'bg-2', 'bg-3', 'accent-wash/bg-2', 'add-word/code', 'del-word/code', ...DIFF],
  'fg-2': [
    'bg-0',
    'bg-1',
    'bg-2',
    'bg-3',
    'code',
    'warn-wash/bg-1',
    'accent-wash/bg-2',
    'add-wash/code',
    'del-wash/code',
  ],
  'fg-3': ['bg-0', 'bg-1', 'bg-2', 'code'],
  accent: ['bg-0', 'bg-1', 'bg-2', 'code'],
  'accent-ink': ['accent'],
  'warn-ink': ['warn'],
  ok: ['bg-0', 'bg-1', 'bg-3', 'code', 'add-wash/bg-1'],
  err: ['bg-0', 'bg-1', 'bg-2', 'code', 'del-wash/bg-1'],
  warn: ['bg-0', 'bg-1', 'warn-wash/bg-1', 'bg-3'],
  add: ['bg-1'],
  del: ['bg-1'],
  'syn-kw': DIFF,
  'syn-str': DIFF,
  'syn-fn': DIFF,
  'syn-num': DIFF,
  // In a word that differs a comment has the colour of prose.
  'syn-com': ['code', ...WASHES],
  'bright-red': ['code'],
  'bright-green': ['code'],
  'bright-yellow': ['code'],
  'bright-blue': ['code'],
  'bright-magenta': ['code'],
  'bright-cyan': ['code'],
};
const GLYPHS: Readonly<Record<string, readonly string[]>> = {
  // And the ring around what has the focus.
  accent: ['bg-0', 'bg-1', 'bg-2', 'bg-3', 'code'],
  ok: ['bg-0', 'bg-3'],
  err: ['bg-0', 'bg-3'],
  warn: ['bg-0', 'bg-3'],
  'fg-3': ['bg-0', 'bg-3'],
};

/** What a field, a card or a line is seen by; as a glyph only where contrast is asked for. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  line: ['bg-0', 'bg-1', 'bg-2', 'code'],
  'line-strong': ['bg-0', 'bg-1', 'bg-2', 'code'],
};

const pairs = (of: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(of).flatMap(([fg, list]) => list.map((bg) => [fg, bg] as const));

describe.each(THEMES)('contrast, %s', (theme) => {
  const more = theme.includes('high');
  const colours = tokens(theme);
  const colour = (name: string) => {
    const found = colours.get(`--${name}`);
    if (!found) throw new Error(`No token --${name}`);
    return found;
  };
  const surface = (name: string): Rgb => {
    const [top = '', ...under] = name.split('/');
    return under.length === 0 ? colour(top).rgb : over(colour(top), surface(under.join('/')));
  };
  const ratio = (fg: string, bg: string) => contrast(colour(fg).rgb, surface(bg));

  it('says every token', () => {
    expect([...colours.keys()].toSorted()).toEqual([...tokens('dark').keys()].toSorted());
  });
  it.each(pairs(TEXT))('text %s on %s', (fg, bg) => {
    expect(ratio(fg, bg)).toBeGreaterThanOrEqual(more ? 7 : 4.5);
  });
  it.each(pairs(GLYPHS))('glyph %s on %s', (fg, bg) => {
    expect(ratio(fg, bg)).toBeGreaterThanOrEqual(more ? 4.5 : 3);
  });
  it.each(more ? pairs(LINES) : [])('line %s on %s', (fg, bg) => {
    expect(ratio(fg, bg)).toBeGreaterThanOrEqual(3);
  });
  it.each(['bg-0', 'bg-1', 'bg-2'])(
    'what cannot be done now is seen, and is fainter than what can, on %s',
    (bg) => {
      expect(ratio('off', bg)).toBeGreaterThanOrEqual(more ? 3 : 2);
      expect(ratio('off', bg)).toBeLessThan(ratio('fg-3', bg));
    },
  );
  it.each(['bg-0', 'bg-1', 'bg-2', 'code'])('selected text stands out on %s', (bg) => {
    expect(contrast(colour('select').rgb, surface(bg))).toBeGreaterThanOrEqual(1.25);
  });
});
