const INT8 = 20;
const TIMESTAMPTZ = 1184;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`int8 beyond the safe integers: ${text}`);
  return value;
}

/** How values come out of every database of ours: whole numbers as numbers, times as ISO text. */
export const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: safeInteger,
  [TIMESTAMPTZ]: (text) => new Date(text).toISOString(),
};
