import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { failpoint } from '../base/failpoints.ts';
import { exists } from './archive.ts';
import { type ControlFile, controlOf } from './checkpoint.ts';
import { ENGINE_MAJOR } from './engine.ts';
import { ignoreMissing, syncPath } from './sync-files.ts';

/*
 * A restored database is laid beside the one in use, whole and on the disk, and only then ordered to take its place.
 * Whoever opens next takes it, under the lock; each step is one rename, and a kill at any moment leaves either of the
 * two, whole:
 *
 *   incoming, no order ─ nothing is taken: UNFINISHED
 *   incoming + order   ─ pg18 → replaced, incoming → pg18
 *   pg18 + order       ─ it is opened; then the order's name says RESTORED
 *                        it does not open: the order's name says BACK
 *   pg18 + BACK        ─ pg18 → rejected, replaced → pg18; then the name says PUT_BACK
 *
 * An order becomes an outcome by a rename, which a full disk allows. What was replaced stays until a verified copy of it
 * is made (main/backups).
 */

export const INCOMING = `${ENGINE_MAJOR}.incoming`;
export const REPLACED = `${ENGINE_MAJOR}.replaced`;
const REJECTED = `${ENGINE_MAJOR}.rejected`;
const ORDER = `${ENGINE_MAJOR}.restore`;
const BACK = `${ENGINE_MAJOR}.put-it-back`;
const OUTCOMES = {
  restored: `${ENGINE_MAJOR}.was-restored`,
  'put-back': `${ENGINE_MAJOR}.was-put-back`,
  unfinished: `${ENGINE_MAJOR}.was-unfinished`,
} as const;

/** Opening it may end the process before an error can be caught. */
const MOST_TRIES = 2;

/** Which copy is to take the place of the database. */
export interface RestoreOrder {
  readonly name: string;
  /** Null: not known any more. */
  readonly madeAt: string | null;
  /** Openings that were begun. */
  readonly tries: number;
}

/** What became of the last restore. */
export interface RestoreOutcome {
  readonly kind: keyof typeof OUTCOMES;
  /** Null: not known any more. */
  readonly madeAt: string | null;
}

/** What was laid out takes the place of the database when that is opened next. */
export async function orderRestored(home: string, order: Omit<RestoreOrder, 'tries'>): Promise<void> {
  await forgetOutcome(home);
  const partial = path.join(home, `${ORDER}.partial`);
  await writeFile(partial, JSON.stringify(order), { mode: 0o600 });
  await syncPath(partial, 'file');
  failpoint('before-restore-order');
  await rename(partial, path.join(home, ORDER));
  await syncPath(home, 'directory');
  failpoint('after-restore-order');
}

/** Puts a restored database in its place. Null: there is none, and the one that is there is as it was. */
export async function takeRestored(home: string, file: ControlFile): Promise<RestoreOrder | null> {
  const at = placesIn(home);
  if (await exists(at.back)) {
    await putBack(home, file);
    return null;
  }
  if (!(await exists(at.order))) {
    await leaveUnfinished(home, file);
    return null;
  }
  if (await exists(at.incoming)) await swap(home, file);
  const order = await readOrder(at.order);
  if (!(await exists(file.data)) || order.tries >= MOST_TRIES) {
    await rejectRestored(home, file);
    return null;
  }
  // Where even this finds no room, it is tried as often as it takes.
  await writeFile(at.order, JSON.stringify({ ...order, tries: order.tries + 1 })).catch(() => undefined);
  return order;
}

/** It is open: from now on it is the database. */
export async function confirmRestored(home: string): Promise<void> {
  failpoint('before-restore-confirmed');
  await rename(path.join(home, ORDER), path.join(home, OUTCOMES.restored));
  await syncPath(home, 'directory');
  failpoint('after-restore-confirmed');
}

/** It does not open: what was there before takes its place again. */
export async function rejectRestored(home: string, file: ControlFile): Promise<void> {
  const at = placesIn(home);
  if (!(await exists(at.replaced))) throw new Error('There is nothing to put back.');
  await rename(at.order, at.back);
  await syncPath(home, 'directory');
  failpoint('before-put-back');
  await putBack(home, file);
}

export async function loadOutcome(home: string): Promise<RestoreOutcome | null> {
  const names: readonly string[] = await readdir(home).catch(() => []);
  for (const kind of Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]) {
    if (!names.includes(OUTCOMES[kind])) continue;
    const { madeAt } = await readOrder(path.join(home, OUTCOMES[kind]));
    return { kind, madeAt };
  }
  return null;
}

export async function forgetOutcome(home: string): Promise<void> {
  for (const name of Object.values(OUTCOMES)) await rm(path.join(home, name), { force: true });
}

/** Where what a restore replaced lies until a copy of it is made; null: nothing lies there. */
export async function findReplaced(home: string): Promise<ControlFile | null> {
  const file = controlOf(path.join(home, REPLACED));
  return (await exists(file.data)) ? file : null;
}

export async function removeReplaced({ data, aside }: ControlFile): Promise<void> {
  await rm(aside, { force: true });
  await rm(data, { recursive: true, force: true });
}

function placesIn(home: string) {
  const names = { incoming: INCOMING, replaced: REPLACED, rejected: REJECTED, order: ORDER, back: BACK };
  return Object.fromEntries(
    Object.entries(names).map(([key, name]) => [key, path.join(home, name)]),
  ) as Record<keyof typeof names, string>;
}

async function swap(home: string, file: ControlFile): Promise<void> {
  const at = placesIn(home);
  const before = controlOf(at.replaced);
  if (await exists(file.data)) {
    await setAside(home);
    failpoint('before-restore-swap');
    await rename(file.data, at.replaced);
    failpoint('mid-restore-swap');
  }
  // It belongs to the files that have just left.
  await rename(file.aside, before.aside).catch(ignoreMissing);
  await rename(at.incoming, file.data);
  await syncPath(home, 'directory');
  failpoint('after-restore-swap');
}

/** One that no copy could be made of is nobody's to delete. */
async function setAside(home: string): Promise<void> {
  const kept = controlOf(path.join(home, REPLACED));
  if (!(await exists(kept.data))) return await rm(kept.aside, { force: true });
  const names = await readdir(home);
  let count = 1;
  while (names.includes(`${REPLACED}.${count}`)) count += 1;
  const next = controlOf(`${kept.data}.${count}`);
  await rename(kept.aside, next.aside).catch(ignoreMissing);
  await rename(kept.data, next.data);
}

async function putBack(home: string, file: ControlFile): Promise<void> {
  const at = placesIn(home);
  const before = controlOf(at.replaced);
  if (await exists(before.data)) {
    await rm(at.rejected, { recursive: true, force: true });
    await rename(file.data, at.rejected).catch(ignoreMissing);
    // Of what was rejected: the other's own is still beside it.
    await rm(file.aside, { force: true });
    failpoint('mid-put-back');
    await rename(before.data, file.data);
  }
  await rename(before.aside, file.aside).catch(ignoreMissing);
  await syncPath(home, 'directory');
  failpoint('after-put-back');
  await rename(at.back, path.join(home, OUTCOMES['put-back']));
  await syncPath(home, 'directory');
  await rm(at.rejected, { recursive: true, force: true });
}

/** Laid, and never ordered: whoever asked for it learns that it was not taken. */
async function leaveUnfinished(home: string, file: ControlFile): Promise<void> {
  const at = placesIn(home);
  // No other way leads here than somebody's hand; an empty database would look like a loss.
  if (!(await exists(file.data)) && (await exists(at.replaced))) await putReplacedBack(home, file);
  await rm(at.rejected, { recursive: true, force: true });
  if (!(await exists(at.incoming))) return;
  await forgetOutcome(home);
  await writeFile(path.join(home, OUTCOMES.unfinished), '').catch(() => undefined);
  await rm(at.incoming, { recursive: true, force: true });
}

async function putReplacedBack(home: string, file: ControlFile): Promise<void> {
  const before = controlOf(path.join(home, REPLACED));
  await rename(before.aside, file.aside).catch(ignoreMissing);
  await rename(before.data, file.data);
  await syncPath(home, 'directory');
}

/** A power cut may have left it empty: it is an order all the same. */
async function readOrder(file: string): Promise<RestoreOrder> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const unknown: RestoreOrder = { name: '', madeAt: null, tries: 0 };
  try {
    return { ...unknown, ...(JSON.parse(text) as Partial<RestoreOrder>) };
  } catch {
    return unknown;
  }
}
