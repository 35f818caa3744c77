/** One word of a command, as far as its text says what the shell will make of it. */
export type Word =
  /** Exactly this. */
  | { readonly kind: 'literal'; readonly text: string }
  /** One word that begins so; the rest is a value in double quotes. */
  | { readonly kind: 'value'; readonly prefix: string }
  /** Any number of words: a variable outside quotes, a pattern, a `~`. */
  | { readonly kind: 'open' };

/** A program or a builtin with its arguments, wherever in the command it stands. */
export interface SimpleCommand {
  readonly name: string;
  readonly args: readonly Word[];
  /** As it is written, without its redirections. */
  readonly source: string;
  /** Its standard input is what another part of the command writes. */
  readonly isFed: boolean;
}

/** What a command runs, when nothing in it can run anything else. */
export interface ParsedCommand {
  /** Trimmed. */
  readonly text: string;
  /** In the order in which they are written. */
  readonly commands: readonly SimpleCommand[];
}
