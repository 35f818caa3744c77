import { readFileSync } from 'node:fs';
import path from 'node:path';

type Expected = 'allowed' | 'asked' | 'never';

export interface TableRow {
  readonly command: string;
  readonly expected: Expected;
  readonly reason: string;
}

/** Rows of commands.txt, which says itself how it is read. For tests. */
export function readCommandTable(): readonly TableRow[] {
  const rows: TableRow[] = [];
  let group: Pick<TableRow, 'expected' | 'reason'> | null = null;
  for (const line of readFileSync(path.join(import.meta.dirname, 'commands.txt'), 'utf8').split('\n')) {
    const head = /^= (allowed|asked|never): (.+)$/.exec(line);
    if (head) group = { expected: head[1] as Expected, reason: head[2] ?? '' };
    else if (group && line !== '') rows.push({ command: commandIn(line), ...group });
  }
  return rows;
}

/** A whole JSON string is one; `"rm" a` and `"$CMD"` of the shell are not, or mean the same. */
function commandIn(line: string): string {
  if (!/^"[^"\\]*(?:\\.[^"\\]*)*"$/.test(line) || !/[\\ ]|[^ -~]/.test(line)) return line;
  return JSON.parse(line) as string;
}
