import type { DiffHunk } from '@shared/contract/changes.ts';
import { unquotedPath } from './quoted-path.ts';

/** What git prints of one file. One that becomes another kind of file, as a link, has two of them. */
export interface DiffSection {
  /** Where it is now, or where it was when it is gone. */
  readonly path: string;
  /** All that was printed. */
  readonly text: string;
  readonly hunks: readonly DiffHunk[];
  readonly binary: boolean;
  readonly oldMode: string | null;
  readonly newMode: string | null;
}

/** Reads a unified diff of git with the prefixes `a/` and `b/`. What cannot be placed is passed over. */
export function parseDiff(diff: string): readonly DiffSection[] {
  return sectionsOf(diff).flatMap((text) => {
    const section = parseSection(text);
    return section ? [section] : [];
  });
}

/** The lines of a diff begin with a sign, so that no content can look like a header. Only a line feed ends one. */
function sectionsOf(diff: string): readonly string[] {
  const starts = [...diff.matchAll(/(?<=^|\n)diff --git /g)].map(({ index }) => index);
  return starts.map((start, i) => diff.slice(start, starts[i + 1]));
}

function parseSection(text: string): DiffSection | null {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const first = lines.findIndex((line) => line.startsWith('@@ '));
  const header = first < 0 ? lines : lines.slice(0, first);
  const path = pathOf(header);
  if (path === null) return null;
  const value = (name: string) =>
    header.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? null;
  return {
    path,
    text,
    hunks: first < 0 ? [] : hunksOf(lines.slice(first)),
    binary: header.some((line) => line.startsWith('Binary files ') || line === 'GIT binary patch'),
    oldMode: value('old mode') ?? value('deleted file mode'),
    newMode: value('new mode') ?? value('new file mode'),
  };
}

function pathOf(header: readonly string[]): string | null {
  const after = (start: string) => {
    const line = header.find((one) => one.startsWith(start));
    // Behind a path with spaces git puts a tab.
    return line === undefined ? null : unquotedPath(line.slice(start.length).replace(/\t$/, ''));
  };
  const moved = after('rename to ') ?? after('copy to ');
  if (moved !== null) return moved;
  const now = after('+++ ');
  if (now?.startsWith('b/')) return now.slice(2);
  const before = after('--- ');
  if (before?.startsWith('a/')) return before.slice(2);
  return sameOnBothSides(header[0]?.slice('diff --git '.length) ?? '');
}

/** "a/x b/x": neither moved nor with any line of text, so that both halves are of one length. */
function sameOnBothSides(names: string): string | null {
  const half = (names.length - 1) / 2;
  const [a, b] = [names.slice(0, half), names.slice(half + 1)].map(unquotedPath);
  if (!a?.startsWith('a/') || !b?.startsWith('b/') || a.slice(2) !== b.slice(2)) return null;
  return b.slice(2);
}

function hunksOf(lines: readonly string[]): readonly DiffHunk[] {
  const hunks: { oldStart: number; newStart: number; heading: string; lines: string[] }[] = [];
  for (const line of lines) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/s.exec(line);
    if (header) {
      const [, oldStart, newStart, heading = ''] = header;
      hunks.push({ oldStart: Number(oldStart), newStart: Number(newStart), heading, lines: [] });
    } else if (/^[ +\-\\]/.test(line)) hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}
