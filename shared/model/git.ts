import type { ChatId, GitAccountId } from './ids.ts';

export type ForgeKind = 'github' | 'gitlab' | 'gitea';

/** A server of repositories at which the person has a token, or shall get one. */
export interface GitAccount {
  readonly id: GitAccountId;
  readonly kind: ForgeKind;
  /** `github.example` or `127.0.0.1:3000`. */
  readonly host: string;
  readonly apiBase: string;
  readonly hasToken: boolean;
  /** The machines on which the person has said whether chats may use the token. */
  readonly uses: readonly GitUse[];
}

export interface GitUse {
  /** As people read it: "this computer", or the name of a host. */
  readonly machine: string;
  readonly allowed: boolean;
}

/** Git, run by a chat, waits for the person. */
export type GitQuestion = {
  readonly id: string;
  readonly chatId: ChatId | null;
  /** Of the forge. */
  readonly host: string;
  /** Where git runs. */
  readonly machine: string;
  readonly directory: string;
  readonly command: string;
} & (
  | {
      readonly kind: 'use';
      /** The repository there has nothing to do with the forge, as before a clone: the answer is for this command. */
      readonly once: boolean;
    }
  /** There is no token yet. */
  | { readonly kind: 'sign-in'; readonly tokenPage: string }
);

export type GitAnswer =
  | { readonly kind: 'use'; readonly allow: boolean }
  | { readonly kind: 'sign-in'; readonly token: string }
  | { readonly kind: 'cancel' };

export type PullState = 'open' | 'draft' | 'merged' | 'closed';
/** Of all checks of the newest commit; `none`: there are none, or they cannot be read. */
export type ChecksState = 'none' | 'pending' | 'passed' | 'failed';

/** CHATD 11.5, and what the title bar needs besides. Times are RFC 3339. */
export interface ChatDiffStatus {
  readonly chat_id: ChatId;
  /** Of the pull request, else of the branch's page; null: no forge is known. */
  readonly url: string | null;
  readonly pull_request_number: number | null;
  readonly pull_request_state: PullState | null;
  readonly changes_requested: boolean;
  readonly checks: ChecksState;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
  readonly git_branch: string;
  readonly git_remote_origin: string;
  readonly refreshed_at: string | null;
  readonly stale_at: string;
}
