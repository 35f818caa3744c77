import type { ChecksState, PullState } from '@shared/model/git.ts';
import { z } from 'zod';
import type { Forge } from './port.ts';
import type { ReadJson } from './read-json.ts';

const listed = z.array(
  z.object({
    number: z.number().int(),
    head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
  }),
);
const pull = z.object({
  number: z.number().int(),
  html_url: z.string(),
  state: z.string(),
  merged: z.boolean(),
  draft: z.boolean().default(false),
  additions: z.number().int().default(0),
  deletions: z.number().int().default(0),
  changed_files: z.number().int().default(0),
  head: z.object({ sha: z.string() }),
});
const reviews = z.array(
  z.object({
    id: z.number(),
    state: z.string(),
    dismissed: z.boolean().default(false),
    user: z.object({ login: z.string() }).nullable(),
  }),
);
const combined = z.object({ state: z.string(), total_count: z.number().int() });

const PAGE = 50;
/** It has no filter by branch: the ones that were touched last are looked through. */
const PAGES = 4;

/** Gitea and what came of it, such as Forgejo. */
export function gitea(read: ReadJson, webBase: string): Forge {
  return {
    async findPull(path, branch, signal) {
      for (let page = 1; page <= PAGES; page++) {
        const query = `state=open&sort=recentupdate&limit=${PAGE}&page=${page}`;
        const pulls = await read(`/repos/${path}/pulls?${query}`, listed, signal);
        const own = pulls.find(
          ({ head }) =>
            head.ref === branch && (head.repo?.full_name ?? path).toLowerCase() === path.toLowerCase(),
        );
        if (own) return own.number;
        if (pulls.length < PAGE) return null;
      }
      return null;
    },
    async loadPull(path, number, signal) {
      const one = await read(`/repos/${path}/pulls/${number}`, pull, signal);
      const said = await read(`/repos/${path}/pulls/${number}/reviews?limit=${PAGE}`, reviews, signal);
      const status = await read(`/repos/${path}/commits/${one.head.sha}/status`, combined, signal);
      return {
        number: one.number,
        url: one.html_url,
        state: stateOf(one),
        changesRequested: isChangeRequested(said),
        checks: status.total_count === 0 ? 'none' : statusOf(status.state),
        additions: one.additions,
        deletions: one.deletions,
        changedFiles: one.changed_files,
      };
    },
    branchUrl: (path, branch) =>
      `${webBase}/${path}/src/branch/${branch.split('/').map(encodeURIComponent).join('/')}`,
    loadLogin: async (signal) => (await read('/user', z.object({ login: z.string() }), signal)).login,
  };
}

function stateOf({ state, merged, draft }: z.output<typeof pull>): PullState {
  if (merged) return 'merged';
  if (state !== 'open') return 'closed';
  return draft ? 'draft' : 'open';
}

function isChangeRequested(said: z.output<typeof reviews>): boolean {
  const latest = new Map<string, z.output<typeof reviews>[number]>();
  for (const one of said.toSorted((a, b) => a.id - b.id))
    if (one.state === 'APPROVED' || one.state === 'REQUEST_CHANGES') latest.set(one.user?.login ?? '', one);
  return [...latest.values()].some(({ state, dismissed }) => state === 'REQUEST_CHANGES' && !dismissed);
}

function statusOf(state: string): ChecksState {
  if (state === 'success' || state === 'warning') return 'passed';
  return state === 'pending' ? 'pending' : 'failed';
}
