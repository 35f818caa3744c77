import path from 'node:path';
import type { BackupCopy } from '@shared/contract/backups.ts';
import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { type Desk, withoutSeal } from './desk.ts';
import type { Kept } from './shelf.ts';

/** Copies the database and keeps the copy only when it was opened again and held the same. */
export async function makeCopy(
  desk: Desk,
  why: BackupCopy['why'],
): Promise<Result<BackupCopy, CallFailure<'failed'>>> {
  const { shelf } = desk;
  const madeAt = desk.now();
  const name = `gaffer-${madeAt.replaceAll(':', '-')}.tar.gz`;
  const done = await desk.copied((scratch, { holding }) => {
    desk.set({ running: { what: desk.state().running?.what ?? 'copy', step: 'Verifying the copy' } });
    return { type: 'pack', scratch, archive: shelf.pathOf(name), holding };
  });
  if (!done.ok || !done.sealed) {
    const message = done.ok ? 'The copy was not made.' : `The copy was not kept: ${done.problem}`;
    return err({ code: 'failed', message });
  }
  const { chats, messages } = done.sealed.content.holding;
  const facts = { madeAt, why, chats, messages, verifiedAt: desk.now(), problem: null };
  await shelf.write(name, { ...facts, sealed: done.sealed });
  await shelf.prune();
  return ok({ name, bytes: done.bytes, ...facts });
}

/** Opens a copy again; what came of it stands beside it from then on. */
export async function checkCopy(desk: Desk, kept: Kept): Promise<BackupCopy> {
  const { name, bytes: _, ...before } = kept;
  const archive = desk.shelf.pathOf(name);
  const done = await desk.task((scratch) => ({ type: 'check', scratch, archive, sealed: kept.sealed }));
  const found = { verifiedAt: desk.now(), problem: done.ok ? null : done.problem };
  const sealed = (done.ok && done.sealed) || kept.sealed;
  await desk.shelf.write(name, { ...before, ...found, sealed });
  return withoutSeal({ ...kept, ...found });
}

/** Lays a copy beside the database of now, which was copied before. Who opens the database next takes it. */
export async function layOut(
  desk: Desk,
  kept: Kept,
  dataDir: string,
): Promise<Result<null, CallFailure<'failed' | 'damaged'>>> {
  const saved = await makeCopy(desk, 'before-restore');
  if (!saved.ok) return saved;
  desk.set({ running: { what: 'restore', step: 'Laying out the copy' } });
  const archive = desk.shelf.pathOf(kept.name);
  const home = path.join(dataDir, 'db');
  const done = await desk.task(() => ({ type: 'lay', archive, sealed: kept.sealed, home }));
  if (done.ok) return ok(null);
  return err({
    code: 'damaged',
    message: `This copy cannot be used: ${done.problem} Nothing was changed.`,
  });
}
