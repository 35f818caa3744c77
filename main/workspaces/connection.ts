import type { AgentClient } from '../agent-client/client.ts';

/** Where a chat's tools act. */
export interface WorkspaceConnection {
  readonly client: AgentClient;
  /** Absolute, after resolving symlinks when the workspace was opened. */
  readonly directory: string;
  /** "this computer" or the host's name, as approvals show it. */
  readonly host: string;
  /** `process.platform` of the agent's machine. */
  readonly platform: string;
  /** The network in between; null when there is none, so that it can never be down. */
  readonly link: LinkWatch | null;
}

export interface LinkWatch {
  up(): boolean;
  /** Resolves at the next change of the link, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

export type WorkspaceProblemCode =
  | 'no-workspace'
  | 'deleted'
  | 'not-ready'
  | 'stopped'
  | 'no-agent'
  | 'unreachable';

/** Why a chat's tools have nowhere to act. The message is a sentence for the model. */
export class WorkspaceProblem extends Error {
  override readonly name = 'WorkspaceProblem';
  readonly code: WorkspaceProblemCode;
  /** A request had left when the link was given up, so its effect is not known. */
  readonly inFlight: boolean;
  constructor(code: WorkspaceProblemCode, message: string, inFlight = false) {
    super(message);
    this.code = code;
    this.inFlight = inFlight;
  }
}
