import type { ITheme } from '@xterm/xterm';

/** Each colour of a terminal is one of our tokens. */
const TOKENS = {
  foreground: '--fg-1',
  background: '--code',
  cursor: '--accent',
  cursorAccent: '--code',
  selectionBackground: '--select',
  selectionInactiveBackground: '--select',
  scrollbarSliderBackground: '--line-strong',
  scrollbarSliderHoverBackground: '--fg-3',
  scrollbarSliderActiveBackground: '--fg-3',
  black: '--syn-com',
  red: '--err',
  green: '--ok',
  yellow: '--syn-num',
  blue: '--syn-fn',
  magenta: '--syn-kw',
  cyan: '--accent',
  white: '--fg-1',
  brightBlack: '--fg-3',
  brightRed: '--bright-red',
  brightGreen: '--bright-green',
  brightYellow: '--bright-yellow',
  brightBlue: '--bright-blue',
  brightMagenta: '--bright-magenta',
  brightCyan: '--bright-cyan',
  brightWhite: '--fg-0',
} as const satisfies Partial<Record<keyof ITheme, string>>;

/** As the page has them now. */
export function screenTheme(): ITheme {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    Object.entries(TOKENS).map(([name, token]) => [name, style.getPropertyValue(token).trim()]),
  );
}

export function monoFont(): string {
  return getComputedStyle(document.documentElement).getPropertyValue('--mono').trim();
}
