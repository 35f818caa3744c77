import type { TerminalId } from './ids.ts';

/**
 * `lost`: the agent that held it died, and it with the agent. `elsewhere`: an agent of another version holds it that
 * answers nobody; from here it can only be closed.
 */
export type TerminalState = 'running' | 'ended' | 'lost' | 'elsewhere';

/** A terminal on a workspace's machine, as its row in the window shows it. */
export interface TerminalSummary {
  readonly id: TerminalId;
  /** The shell's name. */
  readonly title: string;
  /** Where its shell was started. */
  readonly directory: string;
  readonly cols: number;
  readonly rows: number;
  readonly state: TerminalState;
  /** Null unless it has ended, and where nobody knows. */
  readonly exitCode: number | null;
  /** RFC 3339. */
  readonly startedAt: string;
}
