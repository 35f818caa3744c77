import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { failpoint } from '../base/failpoints.ts';
import { BadArchive, packTo, unpackFrom } from '../db/archive-stream.ts';
import { type ControlFile, openRecovering } from '../db/checkpoint.ts';
import type { Holding } from '../db/copy-database.ts';
import { errorCode } from '../db/error-code.ts';
import { syncPath, syncTree } from '../db/sync-files.ts';
import { INCOMING } from '../db/take-restored.ts';
import { CHANGED, VERIFIED } from './describe-trouble.ts';
import { type Content, differences, findDamage, loadContent, openCopy } from './examine.ts';

/** What the worker is asked for, one task a worker. */
export type Task =
  /** A copy of the files becomes an archive, which is opened again and must hold the same. */
  | { readonly type: 'pack'; readonly scratch: string; readonly archive: string; readonly holding: Holding }
  /** What a restore replaced becomes an archive as well. Its files stay. */
  | {
      readonly type: 'keep';
      readonly scratch: string;
      readonly archive: string;
      readonly replaced: ControlFile;
    }
  /** A copy of the files is looked at in every table and index. */
  | { readonly type: 'examine'; readonly scratch: string; readonly holding: Holding }
  /** An archive is opened and must hold what was written down of it. */
  | {
      readonly type: 'check';
      readonly scratch: string;
      readonly archive: string;
      readonly sealed: Sealed | null;
    }
  /** An archive is laid beside the database, ready to take its place. */
  | {
      readonly type: 'lay';
      readonly archive: string;
      readonly sealed: Sealed | null;
      readonly home: string;
    };

/** What an archive must be. */
export interface Sealed {
  readonly sha256: string;
  readonly bytes?: number | undefined;
  readonly content: Content;
}

export type Done =
  | { readonly ok: true; readonly bytes: number; readonly sealed: Sealed | null; readonly rows: number }
  /** In words: what is wrong. */
  | { readonly ok: false; readonly problem: string };

export function runTask(task: Task): Promise<Done> {
  switch (task.type) {
    case 'pack':
      return pack(task);
    case 'keep':
      return keep(task);
    case 'examine':
      return examine(task);
    case 'check':
      return check(task);
    case 'lay':
      return lay(task);
  }
}

const OTHER_STATE = 'The copy does not hold what the database held.';

async function pack({ scratch, archive, holding }: Extract<Task, { type: 'pack' }>): Promise<Done> {
  const content = await openCopy(scratch, loadContent);
  if (!isSame(content.holding, holding)) return { ok: false, problem: OTHER_STATE };
  const packed = await packTo(scratch, `${archive}.partial`);
  await rm(scratch, { recursive: true });
  return await seal({ scratch, archive }, packed, content);
}

/** It recovers first, where Gaffer was killed before it was replaced. */
async function keep({ scratch, archive, replaced }: Extract<Task, { type: 'keep' }>): Promise<Done> {
  const content = await openRecovering(replaced, () => openCopy(replaced.data, loadContent));
  return await seal({ scratch, archive }, await packTo(replaced.data, `${archive}.partial`), content);
}

/** The archive loses its mark when it was opened again and held the same; its name it gets with its note (shelf.ts). */
async function seal(
  { scratch, archive }: { readonly scratch: string; readonly archive: string },
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
  content: Content,
): Promise<Done> {
  const partial = `${archive}.partial`;
  const sealed = { sha256, bytes, content };
  const verified = await check({ type: 'check', scratch, archive: partial, sealed });
  if (!verified.ok) {
    await rm(partial, { force: true });
    return verified;
  }
  await rename(partial, `${archive}${VERIFIED}`);
  return { ...verified, bytes, sealed };
}

async function examine({ scratch, holding }: Extract<Task, { type: 'examine' }>): Promise<Done> {
  const { content, damage } = await openCopy(scratch, lookAt);
  await rm(scratch, { recursive: true });
  if (damage.length > 0) return { ok: false, problem: damage.slice(0, 3).join('; ') };
  if (!isSame(content.holding, holding)) return { ok: false, problem: OTHER_STATE };
  return { ok: true, bytes: 0, sealed: null, rows: rowsOf(content) };
}

async function check({ scratch, archive, sealed }: Extract<Task, { type: 'check' }>): Promise<Done> {
  try {
    const { sha256 } = await unpackFrom(archive, scratch);
    const { size: bytes } = await stat(archive);
    if (sealed && sha256 !== sealed.sha256) return { ok: false, problem: CHANGED };
    const { content, damage } = await openCopy(scratch, lookAt);
    if (damage.length > 0) return { ok: false, problem: damage.slice(0, 3).join('; ') };
    const different = sealed ? differences(sealed.content, content) : [];
    if (different.length > 0)
      return { ok: false, problem: `Other rows than before: ${different.join(', ')}.` };
    return { ok: true, bytes, sealed: { sha256, bytes, content }, rows: rowsOf(content) };
  } catch (error) {
    return { ok: false, problem: problemOf(error, sealed) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function lay({ archive, sealed, home }: Extract<Task, { type: 'lay' }>): Promise<Done> {
  const incoming = path.join(home, INCOMING);
  await rm(incoming, { recursive: true, force: true });
  try {
    const { sha256 } = await unpackFrom(archive, incoming);
    if (sealed && sha256 !== sealed.sha256) return { ok: false, problem: CHANGED };
    const { content, damage } = await openCopy(incoming, async (db) => {
      const found = { content: await loadContent(db), damage: sealed ? [] : await findDamage(db) };
      await db.exec(STAND_STILL);
      // Agents remember calls by keys that are made of this: a number of the time before is not met again.
      await db.query(
        `update settings set value = jsonb_set(value, '{installationId}', to_jsonb($1::text)) where key = 'installation'`,
        [randomUUID()],
      );
      return found;
    });
    if (damage.length > 0) return { ok: false, problem: damage.slice(0, 3).join('; ') };
    if (sealed && differences(sealed.content, content).length > 0)
      return { ok: false, problem: 'The copy does not hold what it held when it was made.' };
    failpoint('before-restore-laid');
    await syncTree(incoming);
    await syncPath(home, 'directory');
    return { ok: true, bytes: 0, sealed: { sha256, content }, rows: rowsOf(content) };
  } catch (error) {
    return { ok: false, problem: problemOf(error, sealed) };
  }
}

/** In words, or thrown: where the file is what was sealed, the trouble is elsewhere. */
function problemOf(error: unknown, sealed: Sealed | null): string {
  if (error instanceof BadArchive) return error.message;
  if (sealed || errorCode(error) !== null) throw error;
  return 'The copy cannot be opened.';
}

/** What ran when the copy was made does not go on by itself: the world is another one now. */
const STAND_STILL = `update chats set status = 'interrupting', stopped_from_above = true, worker_id = null,
    runner_id = null, retry_state = null, generation_attempt = 0, compaction_requested_at = null,
    snapshot_version = snapshot_version + 1 where status in ('running', 'interrupting') and not archived`;

async function lookAt(db: Parameters<typeof loadContent>[0]) {
  return { content: await loadContent(db), damage: await findDamage(db) };
}

function isSame(a: Holding, b: Holding): boolean {
  return a.chats === b.chats && a.messages === b.messages && a.versions === b.versions && a.last === b.last;
}

function rowsOf({ tables }: Content): number {
  return Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
}
