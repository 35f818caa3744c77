import type { FoundFiles } from '@shared/contract/files.ts';
import { ok, type Result } from '@shared/util/result.ts';
import type { FilesProblem, Look } from './look-at.ts';

/** As many as anybody looks through. */
const MOST = 200;

/** Files whose path holds the text; the one that was changed last first. Links are not followed. */
export async function findFiles(look: Look, text: string): Promise<Result<FoundFiles, FilesProblem>> {
  const glob = globOf(text);
  if (glob === null) return ok({ paths: [], cut: null });
  const request = { root: look.at, include: [glob], ignore_case: true, hidden: true, max_files: MOST };
  const { files, cut } = await look.connection.client.glob(request, { signal: look.signal });
  return ok({
    paths: files.map(({ path }) => path),
    cut: cut === null ? null : cut === 'time' ? 'time' : 'count',
  });
}

/** A slash parts names, of which each holds what stands there; a star or a question mark is meant. Null: no name. */
export function globOf(text: string): string | null {
  const names = text.trim().replaceAll('\\', '/').split('/').filter(Boolean);
  if (names.length === 0) return null;
  const parts = names.map((name) => {
    const literal = name.replaceAll(/[[\]{}!#\\]/g, '\\$&');
    return /[*?]/.test(name) ? literal : `*${literal}*`;
  });
  return names.length === 1 ? (parts[0] ?? null) : `**/${parts.join('/')}`;
}
