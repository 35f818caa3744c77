import type { EditFilesRequest } from '@shared/agent-protocol/index.ts';
import type { FileChange } from '../base/journal.ts';
import { Refusal } from '../base/refusal.ts';
import { planEdits } from './edit-files.ts';
import { stampOf } from './file-stamp.ts';
import { type FileRules, resolvePath } from './paths.ts';
import { applyWrites, type PlannedWrite, planWrite } from './write-file.ts';

/** A write or an edit as the journal sees it: what it changes, and how it goes on after a crash. */
export interface FileEffect {
  plan(): Promise<readonly PlannedWrite[]>;
  changes(plan: readonly PlannedWrite[]): readonly FileChange[];
  apply(plan: readonly PlannedWrite[]): Promise<{ message: string }>;
  recover(begun: readonly FileChange[]): Promise<{ message: string }>;
}

export function writeEffect(given: string, content: Uint8Array, rules: FileRules): FileEffect {
  return fileEffect(async () => [await planWrite(given, content, rules)], rules);
}

export function editEffect(request: EditFilesRequest, rules: FileRules): FileEffect {
  return fileEffect(async (only) => {
    if (!only) return planEdits(request, rules);
    const left: EditFilesRequest['files'][number][] = [];
    for (const file of request.files) if (only.has(await resolvePath(file.path, rules))) left.push(file);
    return planEdits({ files: left }, rules);
  }, rules);
}

/** `only`: the files that a call before the crash had not reached; the others are as they should be. */
type Plan = (only: ReadonlySet<string> | null) => Promise<readonly PlannedWrite[]>;

function fileEffect(plan: Plan, rules: FileRules): FileEffect {
  const apply = async (writes: readonly PlannedWrite[]) => {
    await applyWrites(writes, rules);
    return { message: writes.length === 1 ? 'the file is written' : 'the files are written' };
  };
  return {
    plan: () => plan(null),
    changes: (writes) => writes.map(({ path, before, after }) => ({ path, before, after })),
    apply,
    async recover(begun) {
      const left = new Set<string>();
      for (const change of begun) if (await isStillBefore(change, rules)) left.add(change.path);
      return left.size === 0 ? { message: 'the call was done before' } : apply(await plan(left));
    },
  };
}

/** False: the change is done. Throws when the file is neither what it was nor what it should be. */
async function isStillBefore(change: FileChange, rules: FileRules): Promise<boolean> {
  const now = await stampOf(change.path, rules);
  if (now === change.after) return false;
  if (now === change.before) return true;
  throw new Refusal(
    409,
    'unknown-outcome',
    `${change.path}: the call was interrupted and the file has changed since; look at it before you go on`,
  );
}
