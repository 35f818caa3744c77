import { createHash } from 'node:crypto';
import type { GitDiffQuery, GitDiffResponse, GitStatusResponse } from '@shared/agent-protocol/git.ts';
import type { ChangedFile, Changes, ChangesBase } from '@shared/contract/changes.ts';
import { type AgentClient, AgentError } from '../../agent-client/client.ts';
import { parseDiff } from './parse-diff.ts';
import { parseSummary, type SummedFile } from './parse-summary.ts';

const MOST_FILES = 2_000;
/** What the default branch may be called; the first that is there. */
const DEFAULTS = ['origin/HEAD', 'main', 'master', 'origin/main', 'origin/master'];

export interface AskedChanges {
  readonly client: AgentClient;
  readonly directory: string;
  readonly base: ChangesBase;
  readonly signal: AbortSignal;
}

/** Never a throw because of what git says: that is what there is to show. */
export async function loadChanges(asked: AskedChanges): Promise<Changes> {
  const { client, directory, signal } = asked;
  try {
    const [{ answer, branch }, status] = await Promise.all([
      compare(asked),
      client.gitStatus(directory, { signal }),
    ]);
    if (answer.kind !== 'diff') return absent(answer);
    return listed(answer, branch, status);
  } catch (error) {
    if (error instanceof AgentError) return { kind: 'failed', message: error.message };
    throw error;
  }
}

interface Compared {
  readonly answer: GitDiffResponse;
  readonly branch: string | null;
}

async function compare({ client, directory, base, signal }: AskedChanges): Promise<Compared> {
  const diff = (query: Partial<GitDiffQuery>) =>
    client.gitDiff({ path: directory, summary: true, ...query }, { signal });
  switch (base.kind) {
    case 'head':
      return { answer: await diff({}), branch: null };
    case 'named': {
      const name = base.name.trim();
      const answer = canBeName(name) ? await diff({ base: name }) : { kind: 'unknown-base' as const };
      return { answer, branch: null };
    }
    case 'branch-point':
      for (const branch of DEFAULTS) {
        const answer = await diff({ base: branch, merge_base: true });
        if (answer.kind !== 'unknown-base') return { answer, branch };
      }
      return { answer: { kind: 'unknown-base' }, branch: null };
  }
}

/** What the agent refuses, as it could be an option. */
function canBeName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the one character that no argument can hold
  return name !== '' && !name.startsWith('-') && !/[\s\u0000]/.test(name);
}

function absent(answer: Exclude<GitDiffResponse, { kind: 'diff' }>): Changes {
  if (answer.kind === 'bare') return { kind: 'bare' };
  return answer.kind === 'unsafe' ? { kind: 'unsafe', root: answer.root } : { kind: answer.kind };
}

function listed(
  { root, base, diff, truncated }: Extract<GitDiffResponse, { kind: 'diff' }>,
  branch: string | null,
  status: GitStatusResponse,
): Changes {
  const { files, rest } = parseSummary(diff);
  const stamps = stampsOf(rest, truncated);
  const now = status.kind === 'status' ? status.files : [];
  const untracked = new Set(now.filter((f) => f.worktree === 'untracked').map((f) => f.path));
  const unmerged = new Set(now.filter((f) => f.worktree === 'unmerged').map((f) => f.path));
  const shown = files.slice(0, MOST_FILES).map(({ text, ...file }: SummedFile): ChangedFile => {
    const stamp = stamps.get(file.path) ?? hashOf(`${text} ${file.added} ${file.removed}`);
    if (unmerged.has(file.path)) return { ...file, status: 'unmerged', stamp };
    return { ...file, status: untracked.has(file.path) ? 'untracked' : file.status, stamp };
  });
  return {
    kind: 'changes',
    root,
    base: { id: base, branch },
    files: shown,
    more: files.length - shown.length,
    // The names come first: when not even the first file follows them, they may be cut themselves.
    uncounted: truncated && rest === '',
    whole: true,
  };
}

function stampsOf(diff: string, truncated: boolean): ReadonlyMap<string, string> {
  const sections = parseDiff(diff);
  // The last one may be cut.
  const known = truncated ? sections.slice(0, -1) : sections;
  const texts = new Map<string, string>();
  for (const { path, text } of known) texts.set(path, (texts.get(path) ?? '') + text);
  return new Map([...texts].map(([path, text]) => [path, hashOf(text)]));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
