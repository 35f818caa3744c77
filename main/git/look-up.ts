import type { ChatDiffStatus } from '@shared/model/git.ts';
import type { DiffFacts, DiffStatusRow } from '../db/git.ts';
import type { GitAccounts } from './accounts.ts';
import { openForge } from './forge/open-forge.ts';
import type { Pull } from './forge/port.ts';
import type { Fetch } from './forge/read-json.ts';
import { parseRemote } from './remote-url.ts';

export interface DiffCounts {
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

export interface LookUpDeps {
  readonly accounts: Pick<GitAccounts, 'find' | 'token'>;
  readonly fetch: Fetch;
  /** Of the working tree; null: the machine is not reached at the moment. */
  loadCounts(row: DiffStatusRow, signal: AbortSignal): Promise<DiffCounts | null>;
}

/** What is to be said of a chat's branch, and whether a forge may still come to know more of it. */
export interface LookedUp {
  readonly facts: DiffFacts;
  readonly mayChange: boolean;
}

/** Throws ForgeError, what reading from the agent throws, or the signal's reason. */
export async function lookUp(deps: LookUpDeps, row: DiffStatusRow, signal: AbortSignal): Promise<LookedUp> {
  const place = parseRemote(row.git_remote_origin);
  const known = place && row.git_branch !== '' ? await deps.accounts.find(place.host) : null;
  if (!known || !place)
    return { facts: { ...NO_PULL, url: null, ...(await countsOf(deps, row, signal)) }, mayChange: false };
  const forge = openForge(known.site, await deps.accounts.token(known), deps.fetch);
  const number = isOpen(row)
    ? row.pull_request_number
    : ((await forge.findPull(place.path, row.git_branch, signal)) ?? row.pull_request_number);
  if (number !== null) {
    const pull = await forge.loadPull(place.path, number, signal);
    return { facts: factsOf(pull), mayChange: false };
  }
  const url = forge.branchUrl(place.path, row.git_branch);
  return { facts: { ...NO_PULL, url, ...(await countsOf(deps, row, signal)) }, mayChange: true };
}

const NO_PULL = { number: null, state: null, changesRequested: false, checks: 'none' } as const;

function factsOf(pull: Pull): DiffFacts {
  return {
    url: pull.url,
    number: pull.number,
    state: pull.state,
    changesRequested: pull.changesRequested,
    checks: pull.checks,
    additions: pull.additions,
    deletions: pull.deletions,
    changedFiles: pull.changedFiles,
  };
}

/** One that is closed may have a successor. */
function isOpen({ pull_request_state: state }: ChatDiffStatus): boolean {
  return state === 'open' || state === 'draft';
}

async function countsOf(deps: LookUpDeps, row: DiffStatusRow, signal: AbortSignal): Promise<DiffCounts> {
  const counts = await deps.loadCounts(row, signal);
  const { additions, deletions, changed_files: changedFiles } = row;
  return counts ?? { additions, deletions, changedFiles };
}
