import type { HostKeyQuestion, SignInPrompt, SignInQuestion } from '@shared/model/host.ts';

type Asked<Q> = Omit<Q, 'id' | 'kind'>;

/** `secret` names the answer in the key store (`ssh:passphrase:<file>`, `ssh:password:<user@host:port>`); null: never kept. */
export interface SecretPrompt extends Omit<SignInPrompt, 'canRemember'> {
  readonly secret: string | null;
}

export type SignInAsked = Omit<Asked<SignInQuestion>, 'prompts'> & {
  readonly prompts: readonly SecretPrompt[];
};

/**
 * What a connection has to ask. A question stands until it is answered or `signal` aborts: the caller bounds it by the
 * server's own patience. An answer that was refused is asked again with `attempt` + 1; what the key store holds is used
 * at attempt 1 only, so that nothing is repeated silently. Rejects with the signal's reason.
 */
export interface Questions {
  hostKey(question: Asked<HostKeyQuestion>, signal: AbortSignal): Promise<boolean>;
  /** One value a prompt; null: the person declined. */
  signIn(question: SignInAsked, signal: AbortSignal): Promise<readonly string[] | null>;
}

/** Where nobody sits: every question is declined. */
export const unanswered: Questions = {
  hostKey: async () => false,
  signIn: async () => null,
};
