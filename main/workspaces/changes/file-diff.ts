import type { FileDiff } from '@shared/contract/changes.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { FilesProblem, Look } from '../files/look-at.ts';
import { parseDiff } from './parse-diff.ts';

interface AskedFile {
  readonly base: string;
  readonly path: string;
  readonly from: string | null;
  readonly context: number;
}

/** One file of the list; nothing, when it no longer differs. */
export async function fileDiff(
  { connection, at, signal }: Look,
  { base, path, from, context }: AskedFile,
): Promise<Result<FileDiff, FilesProblem>> {
  const files = from === null ? [path] : [path, from];
  const answer = await connection.client.gitDiff({ path: at, base, context, files }, { signal });
  if (answer.kind !== 'diff') {
    const gone = 'What this was compared with is not there any more.';
    return err({ code: 'not-found', message: gone });
  }
  const sections = parseDiff(answer.diff).filter((section) => section.path === path);
  const mode = (of: 'oldMode' | 'newMode') =>
    sections.map((section) => section[of]).find((one) => one !== null) ?? null;
  return ok({
    hunks: sections.flatMap(({ hunks }) => hunks),
    binary: sections.some(({ binary }) => binary),
    oldMode: mode('oldMode'),
    newMode: mode('newMode'),
    truncated: answer.truncated,
  });
}
