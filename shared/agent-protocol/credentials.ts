/**
 * Git asks for a user's name and password through GIT_ASKPASS (CHATD 11). The agent's own file is the helper: it asks
 * `POST /external-auth` and waits there until a client, who follows `credentials` in POST /events, has answered.
 */
export interface ExternalAuthRequest {
  /** Of the process that git runs in: `<id of the process>.<proof>`. */
  readonly token: string;
  /** The address that git named, without a user's name: `https://host[:port][/path]`. */
  readonly match: string;
  /** Where git runs. */
  readonly directory: string;
  /** The question is asked already and goes on: what `sign-in` answered. */
  readonly listen?: string;
}

/** 401: the token is of no running process; 403: refused; 404: nobody knows this host; 408: nobody answered. */
export type ExternalAuthResponse =
  | { readonly kind: 'credentials'; readonly username: string; readonly password: string }
  /** There is no token yet: `message` says how to get one. The helper shows it and listens on. */
  | { readonly kind: 'sign-in'; readonly ask: string; readonly message: string };

/** One question that a helper waits with. */
export interface CredentialAsk {
  readonly id: string;
  /** Of the process; null: it is no chat's. */
  readonly chat_id: string | null;
  readonly process_id: string;
  readonly command: string;
  readonly url: string;
  /** The host is that of a remote of the repository in which git runs. */
  readonly known: boolean;
  /** Where git runs. */
  readonly directory: string;
  /** Empty: HEAD is detached, or there is no repository. */
  readonly branch: string;
  /** Of the remote `origin`, without passwords; empty: there is none. */
  readonly origin: string;
}

/** All questions that wait, the oldest first. */
export interface CredentialsEvent {
  readonly type: 'credentials';
  readonly asks: readonly CredentialAsk[];
}

/**
 * POST /external-auth/answer. The id names one question and the first answer counts, so a repeat has no effect: it needs
 * no key, and nothing of it is written to a disk. 404: nobody waits for it any more. `sign-in` is told at once and is
 * not the last word.
 */
export interface CredentialAnswerRequest {
  readonly id: string;
  readonly answer: CredentialAnswer;
}

export type CredentialAnswer =
  | { readonly kind: 'credentials'; readonly username: string; readonly password: string }
  | { readonly kind: 'sign-in'; readonly message: string }
  | { readonly kind: 'denied'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };
