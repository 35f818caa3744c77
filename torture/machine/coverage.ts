import type { Move } from './move.ts';
import type { Code } from './reference.ts';

const CODES: readonly Code[] = [
  'N',
  'W',
  'E0',
  'E1',
  'R0',
  'R1',
  'I0',
  'I1',
  'A0',
  'A1',
  'XW',
  'XE0',
  'XE1',
];

interface Tried {
  done: number;
  refused: number;
}

/** How often each transition was tried from each state, done and refused. */
export class Coverage {
  readonly #cells = new Map<string, Map<Code, Tried>>();
  total = 0;

  add({ name, way }: Move, from: Code, isRefused: boolean): void {
    this.total += 1;
    const label = way === undefined ? name : `${name}, ${way}`;
    const row = this.#cells.get(label) ?? new Map<Code, Tried>();
    this.#cells.set(label, row);
    const tried = row.get(from) ?? { done: 0, refused: 0 };
    row.set(from, tried);
    if (isRefused) tried.refused += 1;
    else tried.done += 1;
  }

  /** Each cell: done/refused. */
  table(): readonly string[] {
    const line = (label: string, cells: readonly string[]) =>
      `${label.padEnd(34)}${cells.map((cell) => cell.padStart(9)).join('')}`;
    const labels = [...this.#cells.keys()].toSorted();
    return [
      line('done/refused from', CODES),
      ...labels.map((label) =>
        line(
          label,
          CODES.map((code) => this.#cell(label, code)),
        ),
      ),
    ];
  }

  #cell(label: string, code: Code): string {
    const tried = this.#cells.get(label)?.get(code);
    return tried ? `${tried.done}/${tried.refused}` : '·';
  }

  summary(): string {
    const cells = [...this.#cells.values()].flatMap((row) => [...row.values()]);
    const done = cells.reduce((sum, cell) => sum + cell.done, 0);
    return `${done} done, ${this.total - done} refused; ${cells.length} of ${this.#cells.size * CODES.length} pairs of transition and state were met`;
  }
}
