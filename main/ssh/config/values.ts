import { configFault } from './parse-config.ts';

/** Null: not set. All throw LinkFault `configuration`. */
export function flagOf(text: string | null, keyword: string, at: string): boolean | null {
  return choiceOf(text, keyword, at, { yes: true, true: true, no: false, false: false });
}

export function choiceOf<T>(
  text: string | null,
  keyword: string,
  at: string,
  choices: Readonly<Record<string, T>>,
): T | null {
  if (text === null) return null;
  const value = choices[text.toLowerCase()];
  if (value === undefined) throw configFault(at, `"${text}" is no value of ${keyword}`);
  return value;
}

export function numberOf(
  text: string | null,
  keyword: string,
  at: string,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
): number | null {
  if (text === null) return null;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw configFault(at, `"${text}" is no value of ${keyword}`);
  return value;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** `90`, `1m30s`; also null for `none`. */
export function secondsOf(text: string | null, keyword: string, at: string): number | null {
  if (text === null || text.toLowerCase() === 'none') return null;
  if (!/^(?:\d{1,9}[smhdw]?)+$/i.test(text)) throw configFault(at, `"${text}" is no value of ${keyword}`);
  return [...text.matchAll(/(\d+)([smhdw]?)/gi)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[(unit ?? '').toLowerCase()] ?? 1),
    0,
  );
}
