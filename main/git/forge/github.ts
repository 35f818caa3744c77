import type { ChecksState, PullState } from '@shared/model/git.ts';
import { z } from 'zod';
import { checksOf } from './checks.ts';
import { type Forge, ForgeError } from './port.ts';
import type { ReadJson } from './read-json.ts';

const found = z.array(z.object({ number: z.number().int() }));
const pull = z.object({
  number: z.number().int(),
  html_url: z.string(),
  state: z.string(),
  merged: z.boolean(),
  draft: z.boolean().default(false),
  additions: z.number().int(),
  deletions: z.number().int(),
  changed_files: z.number().int(),
  head: z.object({ sha: z.string() }),
});
const reviews = z.array(
  z.object({ id: z.number(), state: z.string(), user: z.object({ login: z.string() }).nullable() }),
);
const checkRuns = z.object({
  check_runs: z.array(z.object({ status: z.string(), conclusion: z.string().nullable() })),
});
const combined = z.object({ state: z.string(), total_count: z.number().int() });

/** Words that count; a comment takes nothing back. */
const WORDS = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED']);

export function github(read: ReadJson, webBase: string): Forge {
  return {
    async findPull(path, branch, signal) {
      const [owner = ''] = path.split('/');
      const query = new URLSearchParams({
        state: 'open',
        head: `${owner}:${branch}`,
        sort: 'updated',
        direction: 'desc',
        per_page: '1',
      });
      return (await read(`/repos/${path}/pulls?${query.toString()}`, found, signal))[0]?.number ?? null;
    },
    async loadPull(path, number, signal) {
      const one = await read(`/repos/${path}/pulls/${number}`, pull, signal);
      const said = await read(`/repos/${path}/pulls/${number}/reviews?per_page=100`, reviews, signal);
      return {
        number: one.number,
        url: one.html_url,
        state: stateOf(one),
        changesRequested: latestWords(said).includes('CHANGES_REQUESTED'),
        checks: await loadChecks(read, `/repos/${path}/commits/${one.head.sha}`, signal),
        additions: one.additions,
        deletions: one.deletions,
        changedFiles: one.changed_files,
      };
    },
    branchUrl: (path, branch) =>
      `${webBase}/${path}/tree/${branch.split('/').map(encodeURIComponent).join('/')}`,
    loadLogin: async (signal) => (await read('/user', z.object({ login: z.string() }), signal)).login,
  };
}

function stateOf({ state, merged, draft }: z.output<typeof pull>): PullState {
  if (merged) return 'merged';
  if (state !== 'open') return 'closed';
  return draft ? 'draft' : 'open';
}

/** Of each reviewer the one with the highest id. */
function latestWords(said: z.output<typeof reviews>): readonly string[] {
  const latest = new Map<string, { readonly id: number; readonly state: string }>();
  for (const { id, state, user } of said) {
    const login = user?.login ?? '';
    if (WORDS.has(state) && (latest.get(login)?.id ?? -1) < id) latest.set(login, { id, state });
  }
  return [...latest.values()].map(({ state }) => state);
}

/** Programs report as check runs or, the older ones, as statuses. A token may lack the right to read them. */
async function loadChecks(read: ReadJson, commit: string, signal: AbortSignal): Promise<ChecksState> {
  try {
    const runs = await read(`${commit}/check-runs?per_page=100`, checkRuns, signal);
    const status = await read(`${commit}/status`, combined, signal);
    return checksOf([
      ...runs.check_runs.map((run) => runOf(run)),
      ...(status.total_count > 0 ? [statusOf(status.state)] : []),
    ]);
  } catch (error) {
    if (error instanceof ForgeError && (error.code === 'refused' || error.code === 'missing'))
      return 'none';
    throw error;
  }
}

function runOf({ status, conclusion }: { status: string; conclusion: string | null }): ChecksState {
  if (status !== 'completed') return 'pending';
  return ['success', 'neutral', 'skipped'].includes(conclusion ?? '') ? 'passed' : 'failed';
}

function statusOf(state: string): ChecksState {
  if (state === 'success') return 'passed';
  return state === 'pending' ? 'pending' : 'failed';
}
