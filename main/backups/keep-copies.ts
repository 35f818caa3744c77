import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { BackupCopy } from '@shared/contract/backups.ts';
import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { failpoint } from '../base/failpoints.ts';
import type { ControlFile } from '../db/checkpoint.ts';
import { INCOMING, removeReplaced } from '../db/take-restored.ts';
import { type Desk, withoutSeal } from './desk.ts';
import type { Kept } from './shelf.ts';
import type { Done } from './tasks.ts';

type Made = Result<BackupCopy, CallFailure<'failed'>>;

/** Copies the database and keeps the copy only when it was opened again and held the same. */
export function makeCopy(desk: Desk, why: BackupCopy['why']): Promise<Made> {
  return keepArchive(desk, why, (archive) =>
    desk.copied((scratch, { holding }) => {
      desk.set({ running: { what: desk.state().running?.what ?? 'copy', step: 'Verifying the copy' } });
      return { type: 'pack', scratch, archive, holding };
    }),
  );
}

/** What a restore replaced becomes a copy like any other, and only then its files go. */
export async function keepReplaced(desk: Desk, replaced: ControlFile): Promise<Made> {
  const kept = await keepArchive(desk, 'before-restore', (archive) =>
    desk.task((scratch) => ({ type: 'keep', scratch, archive, replaced })),
  );
  if (kept.ok) await removeReplaced(replaced);
  return kept;
}

async function keepArchive(
  desk: Desk,
  why: BackupCopy['why'],
  make: (archive: string) => Promise<Done>,
): Promise<Made> {
  const { shelf } = desk;
  const madeAt = desk.now();
  const name = `gaffer-${madeAt.replaceAll(':', '-')}.tar.gz`;
  const done = await make(shelf.pathOf(name));
  if (!done.ok || !done.sealed) {
    const message = done.ok ? 'The copy was not made.' : `The copy was not kept: ${done.problem}`;
    return err({ code: 'failed', message });
  }
  failpoint('before-copy-noted');
  const { chats, messages } = done.sealed.content.holding;
  const facts = { madeAt, why, chats, messages, verifiedAt: desk.now(), problem: null };
  await shelf.put(name, { ...facts, sealed: done.sealed });
  failpoint('after-copy-noted');
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

/** Lays a copy beside the database of now, which goes on. */
export async function layOut(
  desk: Desk,
  { name, sealed }: Kept,
  home: string,
): Promise<Result<null, CallFailure<'failed' | 'damaged'>>> {
  const archive = desk.shelf.pathOf(name);
  let done: Done | null = null;
  try {
    done = await desk.task(() => ({ type: 'lay', archive, sealed, home }));
  } finally {
    // Whoever closes Gaffer in the middle learns at the next start that it was not taken.
    if (!done?.ok && !desk.signal.aborted)
      await rm(path.join(home, INCOMING), { recursive: true, force: true });
  }
  if (done.ok) return ok(null);
  return err({
    code: 'damaged',
    message: `This copy cannot be used: ${done.problem} Nothing was changed.`,
  });
}
