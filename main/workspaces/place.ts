import type { LinkState } from '@shared/model/workspace.ts';
import type { AgentClient } from '../agent-client/client.ts';
import type { CommandRunner } from '../ssh/run-command.ts';
import type { LinkWatch } from './connection.ts';

/** A machine with an agent on which workspaces lie: this computer, or a host. */
export interface Place {
  /** As people read it. */
  readonly name: string;
  /** Null when there is no network in between. */
  readonly link: LinkWatch | null;
  state(): LinkState;
  /** Throws WorkspaceProblem when nothing can be reached there until somebody changed something. */
  reach(): Promise<{
    readonly client: AgentClient;
    readonly platform: string;
    /** Of the one workspace that lies there, where it has another path than on the machine. */
    readonly directory?: string;
  }>;
  /** Runs a program on the machine, beside its agent; absent: that cannot be done there. */
  readonly run?: CommandRunner;
  /** Tries now instead of at the next turn. */
  reconnect(): void;
  /** Calls `onChange` after each change of `state`, until the signal aborts. */
  follow(onChange: () => void, signal: AbortSignal): Promise<void>;
}
