import type { RuleId } from './ids.ts';

/** `program`: a program with its subcommand from the shipped list, in the ways that are known to be harmless. */
export type RuleKind = 'exact' | 'program';
export type RuleScope = 'chat' | 'workspace' | 'everywhere';
/** `chat`: until this chat is archived. `never` is for exact commands only. */
export type RuleExpiry = 'chat' | 'hour' | 'day' | 'month' | 'never';

export interface RuleText {
  readonly kind: RuleKind;
  /** The command, word for word, or the program: "git status". */
  readonly text: string;
  /** Of an exact one: the directory below the workspace's in which it runs, "" for the workspace's own. */
  readonly below: string;
  /** Of a program: what of it is covered, in one line. */
  readonly why: string | null;
}

/** The rules that would have let a call through; what they are is fixed when the call asks. */
export interface RuleOffers {
  readonly exact: RuleText;
  /** All of them together; empty when no set of programs covers the command. */
  readonly programs: readonly RuleText[];
}

/** A rule as Settings list it. Times are RFC 3339. */
export interface ApprovalRule extends RuleText {
  readonly id: RuleId;
  readonly scope: RuleScope;
  /** Title of the chat, or name of the workspace with its host; null everywhere. */
  readonly where: string | null;
  /** Null: it does not end by time. */
  readonly expiresAt: string | null;
  /** It ends when this chat is archived. */
  readonly untilChat: string | null;
  readonly createdAt: string;
  readonly uses: number;
  readonly lastUsedAt: string | null;
}
