import { z } from 'zod';
import { call, feed, is } from './define.ts';

/** A copy of the database in one file. */
export interface BackupCopy {
  readonly name: string;
  readonly madeAt: string;
  readonly why: 'daily' | 'asked' | 'before-restore';
  readonly bytes: number;
  readonly chats: number;
  readonly messages: number;
  /** When it was opened last and held what it must. */
  readonly verifiedAt: string | null;
  /** What was wrong with it then. */
  readonly problem: string | null;
}

export interface BackupsState {
  /** `server`: a shared PostgreSQL, which has backups of its own. */
  readonly kept: 'here' | 'server';
  readonly directory: string;
  /** Newest first. */
  readonly copies: readonly BackupCopy[];
  readonly running: {
    readonly what: 'copy' | 'integrity' | 'check' | 'restore';
    readonly step: string;
  } | null;
  /** The last look at the database itself. */
  readonly integrity: { readonly at: string; readonly sound: boolean; readonly words: string } | null;
  /** Why the last copy was not made. */
  readonly problem: string | null;
  /** What became of a restore before this start. */
  readonly outcome: {
    readonly kind: 'restored' | 'put-back' | 'unfinished';
    readonly madeAt: string | null;
    readonly words: string;
  } | null;
}

const name = z.string().regex(/^gaffer-[0-9TZ.-]+\.tar\.gz$/);

export const backupsContract = {
  'backups.watch': feed({ input: z.object({}), event: is<BackupsState>() }),
  'backups.make': call({
    input: z.object({}),
    output: is<BackupCopy>(),
    errors: ['busy', 'failed', 'server'],
  }),
  /** Opens a copy of the database as it is now and looks at every table and index. */
  'backups.integrity': call({
    input: z.object({}),
    output: is<{ readonly sound: boolean; readonly words: string }>(),
    errors: ['busy', 'failed', 'server'],
  }),
  'backups.check': call({
    input: z.object({ name }),
    output: is<BackupCopy>(),
    errors: ['busy', 'failed', 'not-found'],
  }),
  /** Stops what runs, then starts with what the copy holds; windows are loaded anew. What was there becomes a copy. */
  'backups.restore': call({
    input: z.object({ name }),
    output: is<null>(),
    errors: ['busy', 'failed', 'not-found', 'damaged'],
  }),
  'backups.show': call({ input: z.object({ name: name.nullable() }), output: is<null>() }),
};
