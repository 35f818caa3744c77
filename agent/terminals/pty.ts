import type { TerminalSize } from '@shared/agent-protocol/terminals.ts';

export interface PtyOptions {
  /** The person's shell, started as a login shell. */
  readonly shell: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
  onData(bytes: Buffer): void;
  /** Once, after the last byte. Null: nobody knows the code. */
  onExit(code: number | null): void;
}

/** A shell on a terminal of its own. */
export interface Pty {
  /** Of the shell, which leads the session of everything that runs in the terminal. */
  readonly pid: number;
  write(bytes: Uint8Array): void;
  /** Bytes that were written and that the terminal did not take yet. */
  pending(): number;
  resize(size: TerminalSize): Promise<void>;
  pause(): void;
  resume(): void;
  /** The terminal goes, as if its cable was pulled: the shell and its foreground job are told by SIGHUP. */
  hangUp(): void;
}
