/** One figure. `target` and `ok` are null where QUALITY.md asks only for a report. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number | null;
  readonly ratio: number | null;
  readonly target: string | null;
  readonly ok: boolean | null;
}

/** What a bench found: its figures, and what a reader should know about them. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number;
  readonly target?: string;
  /** Judged by the value and its ratio to the baseline (NaN without one). */
  readonly meets?: (value: number, ratio: number) => boolean;
}

export function row({ name, value, unit, baseline, target, meets }: Figure): Row {
  const ratio = baseline ? value / baseline : null;
  return {
    name,
    value: round(value),
    unit,
    baseline: baseline === undefined ? null : round(baseline),
    ratio: ratio === null ? null : round(ratio),
    target: target ?? null,
    ok: meets ? meets(value, ratio ?? Number.NaN) : null,
  };
}

/** Four digits are more than a shared machine can promise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

export function table(rows: readonly Row[]): string {
  const head = ['name', 'value', 'baseline', 'ratio', 'target', ''];
  const lines = rows.map((r) => [
    r.name,
    `${r.value} ${r.unit}`,
    r.baseline === null ? '' : `${r.baseline} ${r.unit}`,
    r.ratio === null ? '' : `${r.ratio}×`,
    r.target ?? '',
    r.ok === null ? '' : r.ok ? 'ok' : 'MISSED',
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => (line[i] ?? '').length)));
  return [head, widths.map((w) => '─'.repeat(w)), ...lines]
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
