import type { AnyRow } from './use-rows.ts';

/** Steps stand close together. */
export function isTight(row: AnyRow | undefined): boolean {
  if (row?.kind === 'live') return row.step;
  return row?.kind === 'tool' || row?.kind === 'explored' || row?.kind === 'thought';
}
