/** HTTP shapes of the workspace agent's terminals (WORKSPACES). All below `/api/v0/terminals`. */

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** POST /terminals/open, keyed. Refused with `no-terminal` where the host has no way to make one. */
export interface OpenTerminalRequest extends TerminalSize {
  /** A uuid of the caller's choice. */
  readonly id: string;
  /** Directory of the workspace that it belongs to: terminals are listed by it. */
  readonly workspace: string;
  /** Where its shell starts; the workspace when absent. */
  readonly cwd?: string;
}

/**
 * `lost`: the agent that held it died, and it with the agent. `elsewhere`: an agent of another version holds it that
 * answers nobody; from here it can only be closed.
 */
export type TerminalState = 'running' | 'ended' | 'lost' | 'elsewhere';

export interface TerminalInfo extends TerminalSize {
  readonly id: string;
  /** The shell's name. */
  readonly title: string;
  readonly workspace: string;
  readonly cwd: string;
  readonly state: TerminalState;
  /** Null unless it has ended, and where nobody knows. */
  readonly exit_code: number | null;
  readonly started_at_unix: number;
}

/**
 * GET /terminals/list?workspace=[&after=<revision>&wait=true]: oldest first. With `wait`, answers as soon as the
 * revision is another one, after 5 minutes at the latest.
 */
export interface TerminalList {
  readonly terminals: readonly TerminalInfo[];
  readonly revision: string;
}

/** GET /terminals/{id}/output?after=<byte>[&wait=true] */
export interface TerminalOutput {
  /** Base64 of at most 256 KiB. */
  readonly data: string;
  /** Byte position of the first byte of `data` in everything that the terminal wrote; past `after`: those between are gone. */
  readonly start: number;
  readonly next: number;
  /** All that was written so far. */
  readonly total: number;
  readonly state: TerminalState;
  readonly exit_code: number | null;
}

/**
 * POST /terminals/{id}/input?writer=&sequence=, the bytes as body. A writer numbers its inputs upwards and sends one
 * after the other: what is not above its last number was taken before and is answered without being typed again.
 */
export interface TerminalInput {
  readonly writer: string;
  /** From 1. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** POST /terminals/{id}/resize, a TerminalSize. POST /terminals/{id}/close {}: hangs up, kills after a grace, forgets. */
