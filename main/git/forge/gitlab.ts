import type { ChecksState, PullState } from '@shared/model/git.ts';
import { z } from 'zod';
import { type Forge, ForgeError } from './port.ts';
import type { ReadJson } from './read-json.ts';

const found = z.array(z.object({ iid: z.number().int() }));
const request = z.object({
  iid: z.number().int(),
  web_url: z.string(),
  state: z.string(),
  draft: z.boolean().default(false),
  /** "1000+" of many. */
  changes_count: z.string().nullish(),
  head_pipeline: z.object({ status: z.string() }).nullish(),
});
const diffs = z.array(z.object({ diff: z.string() }));
const reviewers = z.array(z.object({ state: z.string() }));

export function gitlab(read: ReadJson, webBase: string): Forge {
  const at = (path: string) => `/projects/${encodeURIComponent(path)}/merge_requests`;
  return {
    async findPull(path, branch, signal) {
      const query = new URLSearchParams({
        state: 'opened',
        source_branch: branch,
        order_by: 'updated_at',
        sort: 'desc',
        per_page: '1',
      });
      return (await read(`${at(path)}?${query.toString()}`, found, signal))[0]?.iid ?? null;
    },
    async loadPull(path, number, signal) {
      const one = await read(`${at(path)}/${number}`, request, signal);
      const changes = await read(`${at(path)}/${number}/diffs?per_page=100`, diffs, signal);
      return {
        number: one.iid,
        url: one.web_url,
        state: stateOf(one),
        changesRequested: await isChangeRequested(read, `${at(path)}/${number}`, signal),
        checks: pipelineOf(one.head_pipeline?.status ?? null),
        additions: count(changes, '+'),
        deletions: count(changes, '-'),
        changedFiles: Number.parseInt(one.changes_count ?? '', 10) || changes.length,
      };
    },
    branchUrl: (path, branch) =>
      `${webBase}/${path}/-/tree/${branch.split('/').map(encodeURIComponent).join('/')}`,
    loadLogin: async (signal) => (await read('/user', z.object({ username: z.string() }), signal)).username,
  };
}

function stateOf({ state, draft }: z.output<typeof request>): PullState {
  if (state === 'merged') return 'merged';
  if (state === 'closed') return 'closed';
  return draft ? 'draft' : 'open';
}

/** Older servers do not know what reviewers think. */
async function isChangeRequested(read: ReadJson, at: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await read(`${at}/reviewers`, reviewers, signal)).some(
      ({ state }) => state === 'requested_changes',
    );
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'missing') return false;
    throw error;
  }
}

function pipelineOf(status: string | null): ChecksState {
  switch (status) {
    case null:
      return 'none';
    case 'success':
    case 'skipped':
      return 'passed';
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      return 'pending';
  }
}

/** Each diff begins with its first hunk: there are no headers that look like lines. */
function count(changes: z.output<typeof diffs>, sign: '+' | '-'): number {
  return changes.reduce(
    (sum, { diff }) => sum + diff.split('\n').filter((line) => line.startsWith(sign)).length,
    0,
  );
}
