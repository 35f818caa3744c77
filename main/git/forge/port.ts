import type { ChecksState, PullState } from '@shared/model/git.ts';

/** What a forge tells of a pull request (or merge request). */
export interface Pull {
  readonly number: number;
  readonly url: string;
  readonly state: PullState;
  /** The latest word of some reviewer. */
  readonly changesRequested: boolean;
  readonly checks: ChecksState;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

/** One repository's home, as seen with or without a token. Throws ForgeError, or the signal's reason. */
export interface Forge {
  /** The number of the open one from this branch; null: there is none. */
  findPull(path: string, branch: string, signal: AbortSignal): Promise<number | null>;
  loadPull(path: string, number: number, signal: AbortSignal): Promise<Pull>;
  /** The page of a branch. */
  branchUrl(path: string, branch: string): string;
  /** Whose token it is. */
  loadLogin(signal: AbortSignal): Promise<string>;
}

/** `refused`: the token is wrong or lacks a right; `missing`: so it says also of what it does not show. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError';
  readonly code: 'refused' | 'missing' | 'unreachable' | 'unreadable';
  constructor(code: ForgeError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
