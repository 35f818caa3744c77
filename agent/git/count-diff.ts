export interface DiffCounts {
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
}

/** Of a unified diff of git; one that was cut is counted as far as it goes. */
export function countDiff(diff: string): DiffCounts {
  let additions = 0;
  let deletions = 0;
  let files = 0;
  /** Lines of the hunk that are still to come: what looks like a header in it is text. */
  let before = 0;
  let after = 0;
  for (const line of diff.split('\n')) {
    if (before > 0 || after > 0) {
      if (line.startsWith('+')) {
        additions += 1;
        after -= 1;
      } else if (line.startsWith('-')) {
        deletions += 1;
        before -= 1;
      } else if (!line.startsWith('\\')) {
        before -= 1;
        after -= 1;
      }
      continue;
    }
    if (line.startsWith('diff --git ')) files += 1;
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (hunk) [before, after] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)];
  }
  return { additions, deletions, changed_files: files };
}
