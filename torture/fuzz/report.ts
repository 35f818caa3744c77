import type { Exchanged } from './exchange.ts';
import type { Input } from './inputs.ts';
import type { Holdings } from './leftovers.ts';

interface Row {
  sent: number;
  fine: number;
  refused: number;
  unanswered: number;
  slowestMs: number;
}

/** What was sent and what came, by kind of input and by endpoint, and how often each status. */
export class Tally {
  readonly kinds = new Map<string, Row>();
  readonly endpoints = new Map<string, Row>();
  readonly statuses = new Map<number, number>();

  add({ kind, endpoint }: Input, { answers, ms }: Exchanged): void {
    for (const row of [
      rowOf(this.kinds, kind),
      ...(endpoint === null ? [] : [rowOf(this.endpoints, endpoint)]),
    ]) {
      row.sent += 1;
      row.fine += answers.filter(({ status }) => status < 400).length;
      row.refused += answers.filter(({ status }) => status >= 400).length;
      row.unanswered += answers.length === 0 ? 1 : 0;
      row.slowestMs = Math.max(row.slowestMs, ms);
    }
    for (const { status } of answers) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }
}

function rowOf(rows: Map<string, Row>, name: string): Row {
  const row = rows.get(name) ?? { sent: 0, fine: 0, refused: 0, unanswered: 0, slowestMs: 0 };
  rows.set(name, row);
  return row;
}

interface Ends {
  /** Of something easy, asked all the while. */
  readonly slowest: number;
  readonly before: Holdings;
  readonly after: Holdings;
}

export function tableOf(tally: Tally, { slowest, before, after }: Ends): readonly string[] {
  const statuses = [...tally.statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`);
  const held = (['descriptors', 'threads', 'children', 'rssMb'] as const).map(
    (what) => `${what === 'rssMb' ? 'MB' : what} ${before[what]} → ${after[what]}`,
  );
  return [
    '',
    cells('input', ['sent', 'done', 'refused', 'no answer', 'slowest ms']),
    ...rowsOf(tally.kinds),
    '',
    cells('endpoint', ['sent', 'done', 'refused', 'no answer', 'slowest ms']),
    ...rowsOf(tally.endpoints),
    '',
    `answers: ${statuses.join(', ')}`,
    `held by the agent: ${held.join(', ')}`,
    `its slowest answer to something easy: ${slowest.toFixed(0)} ms`,
  ];
}

function rowsOf(rows: ReadonlyMap<string, Row>): readonly string[] {
  return [...rows].map(([name, row]) =>
    cells(name, [row.sent, row.fine, row.refused, row.unanswered, Math.round(row.slowestMs)]),
  );
}

function cells(name: string, values: readonly (string | number)[]): string {
  return `${name.padEnd(22)}${values.map((value) => String(value).padStart(12)).join('')}`;
}
