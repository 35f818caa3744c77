/*
 * Places where a test kills a process for real: one on each side of every step that must happen once.
 *
 *   model's answer ─ commit-step ─┬─ ledger-insert          daemon, and the database's worker inside it
 *   dispatch ─ send               │
 *     request ─ intent ─ effect (spawn ─ launcher ─ mid-effect) ─ result ─ reply      workspace agent
 *   answer ─ settle ─ commit-results                        daemon
 *
 * For a call whose effect is a row of the database (spawn_agent, message_agent) `effect` is that row.
 */
export const failpoints = [
  'before-commit-step',
  'before-ledger-insert',
  'after-ledger-insert',
  'after-commit-step',
  'before-dispatch',
  'after-dispatch',
  'before-send',
  'before-intent',
  'after-intent',
  'before-effect',
  'before-spawn',
  'launcher-before-started',
  'launcher-after-started',
  'after-spawn',
  'mid-effect',
  'after-effect',
  'before-result',
  'after-result',
  'before-reply',
  'after-reply',
  'after-answer',
  'before-settle',
  'after-settle',
  'before-commit-results',
  'after-commit-results',
] as const;

/** The same on the way of a restored database to its place, and back: between any two renames. */
export const restoreFailpoints = [
  'before-restore-laid',
  'before-restore-order',
  'after-restore-order',
  'before-restore-swap',
  'mid-restore-swap',
  'after-restore-swap',
  'before-restore-confirmed',
  'after-restore-confirmed',
  'before-put-back',
  'mid-put-back',
  'after-put-back',
  'before-copy-noted',
  'after-copy-noted',
] as const;

export type Failpoint = (typeof failpoints)[number] | (typeof restoreFailpoints)[number];

export const FAILPOINT_VARIABLE = 'GAFFER_FAILPOINT';

/** `<name>`, `<name>:<n>` for the n-th time that it is passed, `<name>@<of>` for those of one tool only. */
export interface Armed {
  readonly name: Failpoint;
  readonly nth: number;
  readonly of: string | null;
}

/** Null: nothing is armed. Throws for what is no failpoint: a test that kills nobody would prove nothing. */
export function parseFailpoint(text: string | undefined): Armed | null {
  if (!text) return null;
  const found = /^([a-z-]+)(?:@([\w-]+))?(?::([1-9]\d*))?$/.exec(text);
  const name = [...failpoints, ...restoreFailpoints].find((known) => known === found?.[1]);
  if (!name) throw new Error(`${FAILPOINT_VARIABLE}: there is no failpoint ${text}`);
  return { name, nth: Number(found?.[3] ?? 1), of: found?.[2] ?? null };
}

/** Tells, each time a place is passed, whether this is the time to die. `of`: the tool, where it is known. */
export function createTrigger(armed: Armed | null): (name: Failpoint, of?: string) => boolean {
  let left = armed?.nth ?? 0;
  return (name, of) => {
    if (armed?.name !== name || (armed.of !== null && of !== undefined && armed.of !== of)) return false;
    left -= 1;
    return left === 0;
  };
}
