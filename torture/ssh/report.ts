import type { Outcome } from './round.ts';

/** One fault. */
export function lineOf(
  n: number,
  host: string,
  { fault, backMs, attempts, did, failures, wrong }: Outcome,
): string {
  const back = backMs === null ? 'the link held' : `back after ${(backMs / 1000).toFixed(1)} s`;
  const told = failures.length === 0 ? '' : `, ${failures.length} told as failed`;
  const fate = wrong.length === 0 ? '' : '  WRONG';
  return `${String(n).padStart(4)}  ${host}  ${fault.padEnd(26)} ${back}, ${attempts} attempts, ${did} calls${told}${fate}`;
}

/** Every kind of fault, and what it came to. */
export function tableOf(outcomes: readonly Outcome[]): string[] {
  const kinds = [...new Set(outcomes.map(({ fault }) => fault))].sort();
  const head = ['fault', 'times', 'back', 'at most', 'attempts', 'calls', 'failed', 'wrong'];
  const lines = kinds.map((kind) => {
    const of = outcomes.filter(({ fault }) => fault === kind);
    const back = of.flatMap(({ backMs }) => (backMs === null ? [] : [backMs])).sort((a, b) => a - b);
    const sum = (pick: (outcome: Outcome) => number) => of.reduce((total, each) => total + pick(each), 0);
    const seconds = (ms: number | undefined) => (ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s`);
    return [
      kind,
      of.length,
      seconds(back[Math.floor(back.length / 2)]),
      seconds(back.at(-1)),
      Math.max(...of.map(({ attempts }) => attempts)),
      sum(({ did }) => did),
      sum(({ failures }) => failures.length),
      sum(({ wrong }) => wrong.length),
    ].map(String);
  });
  return [head, ...lines].map((cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(27) : cell.padStart(9))).join(''),
  );
}
