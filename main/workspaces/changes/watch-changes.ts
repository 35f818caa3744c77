import type { Changes, ChangesBase } from '@shared/contract/changes.ts';
import type { Clock } from '../../base/clock.ts';
import { createWake } from '../../base/wake.ts';
import { isAway } from '../away.ts';
import type { WorkspaceConnection } from '../connection.ts';
import { followAgent } from '../follow-agent.ts';
import { loadChanges } from './load-changes.ts';

export interface WatchedChanges {
  connect(): Promise<WorkspaceConnection>;
  readonly clock: Clock;
  /** Of the workspace, on its machine. */
  readonly directory: string;
  readonly base: ChangesBase;
}

/** Git is not asked again before so long: what happens meanwhile is one change. */
const PAUSE_MS = 300;
const NEVER_MS = 2 ** 31 - 1;

/** What differs, told anew whenever it is another. */
export async function* watchChanges(
  { connect, clock, directory, base }: WatchedChanges,
  signal: AbortSignal,
): AsyncGenerator<Changes> {
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const wake = createWake();
  let whole = true;
  const follow = async () => {
    const request = { repositories: [directory], worktrees: [directory] };
    for await (const event of followAgent({ connect, clock, request }, until)) {
      if (event.type === 'worktree') ({ whole } = event);
      wake.poke();
    }
  };
  const following = follow().finally(() => left.abort());
  // It is awaited below; until then its failure is nobody's surprise.
  following.catch(() => undefined);
  let told = '';
  try {
    while (await wake.wait(clock, NEVER_MS, until)) {
      const changes = await load(connect, { directory, base, signal: until });
      const now = changes?.kind === 'changes' ? { ...changes, whole } : changes;
      const text = JSON.stringify(now);
      if (now && text !== told) yield now;
      told = text;
      await clock.sleep(PAUSE_MS, until).catch(() => undefined);
    }
  } finally {
    left.abort();
    await following;
  }
}

/** Null: the machine is away; when it is back, it tells. */
async function load(
  connect: WatchedChanges['connect'],
  asked: Omit<Parameters<typeof loadChanges>[0], 'client'>,
): Promise<Changes | null> {
  try {
    const { client } = await connect();
    return await loadChanges({ ...asked, client });
  } catch (error) {
    if (isAway(error) || asked.signal.aborted) return null;
    throw error;
  }
}
