import type { DirectoryListing } from '@shared/contract/files.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { AgentError } from '../../agent-client/client.ts';
import { type FilesProblem, type Look, OUTSIDE } from './look-at.ts';

export async function listFiles(look: Look): Promise<Result<DirectoryListing, FilesProblem>> {
  const { client } = look.connection;
  const [listed, ignored] = await Promise.all([
    client.listDirectory(look.at, { signal: look.signal }),
    ignoredNames(look),
  ]);
  if (!look.isInside(listed.absolute_path)) return err(OUTSIDE);
  const entries = listed.contents.map(({ name, is_dir }) => ({
    name,
    kind: is_dir ? ('directory' as const) : ('file' as const),
    ignored: ignored.has(name),
  }));
  return ok({ entries, truncated: listed.truncated, stamp: listed.stamp });
}

/** That git leaves something out is a hint: a listing does not fail for want of it. */
async function ignoredNames({ connection, at, signal }: Look): Promise<ReadonlySet<string>> {
  try {
    const answer = await connection.client.gitIgnored(at, { signal });
    return new Set(answer.kind === 'ignored' ? answer.names : []);
  } catch (error) {
    if (error instanceof AgentError) return new Set();
    throw error;
  }
}
