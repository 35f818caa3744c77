import type { CredentialAnswerRequest } from '@shared/agent-protocol/credentials.ts';
import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import type {
  GitDiffQuery,
  GitDiffResponse,
  GitHeadResponse,
  GitIgnoredResponse,
  GitSnapshotRequest,
  GitSnapshotResponse,
  GitStatusResponse,
} from '@shared/agent-protocol/git.ts';
import type {
  EditFilesRequest,
  GlobRequest,
  GlobResponse,
  Hello,
  ListDirectoryResponse,
  ProcessInfo,
  ProcessOutput,
  ReadLinesQuery,
  ReadLinesResponse,
  SearchRequest,
  SearchResponse,
  SpoolChunk,
  StartProcessRequest,
  StatResponse,
} from '@shared/agent-protocol/index.ts';
import type {
  OpenTerminalRequest,
  TerminalInput,
  TerminalList,
  TerminalOutput,
  TerminalSize,
} from '@shared/agent-protocol/terminals.ts';

/** Who asks, for scoping on the agent, and until when. */
export interface AgentCall {
  readonly chatId?: string;
  readonly signal: AbortSignal;
  /**
   * Where only a person can help, a call fails at once. One that has left, or is about what goes on there all the same,
   * may wait for that person: who says so bounds the wait.
   */
  readonly outlasts?: 'when-left' | 'always';
}

/** A mutating call: the same key never has its effect twice (WORKSPACES, idempotency journal). */
export interface KeyedCall extends AgentCall {
  readonly key: string;
}

/**
 * A typed client of one workspace agent. Expected refusals throw AgentError with the agent's code; a broken
 * connection throws LinkDown and may be repeated (mutations by their key).
 */
export interface AgentClient extends TerminalCalls, GitCalls {
  hello(call: AgentCall): Promise<Hello>;
  stat(path: string, call: AgentCall): Promise<StatResponse>;
  readFile(path: string, range: { offset?: number; limit?: number }, call: AgentCall): Promise<Uint8Array>;
  readLines(query: ReadLinesQuery, call: AgentCall): Promise<ReadLinesResponse>;
  writeFile(path: string, content: string | Uint8Array, call: KeyedCall): Promise<void>;
  editFiles(request: EditFilesRequest, call: KeyedCall): Promise<void>;
  listDirectory(path: string, call: AgentCall): Promise<ListDirectoryResponse>;
  /** Ends on the agent when the signal aborts. */
  search(request: SearchRequest, call: AgentCall): Promise<SearchResponse>;
  glob(request: GlobRequest, call: AgentCall): Promise<GlobResponse>;
  startProcess(request: StartProcessRequest, call: KeyedCall): Promise<{ id: string }>;
  listProcesses(call: AgentCall): Promise<readonly ProcessInfo[]>;
  /** `wait`: answers at exit, or after 5 minutes at most with the state of then. */
  processOutput(id: string, wait: boolean, call: AgentCall): Promise<ProcessOutput>;
  /** Bytes of the spool from `after`; with `wait`, answers when there are more or the process ended. */
  spool(id: string, after: number, wait: boolean, call: AgentCall): Promise<SpoolChunk>;
  signalProcess(id: string, signal: 'terminate' | 'kill', call: KeyedCall): Promise<void>;
  /**
   * What happens there, until the signal aborts: it then throws the signal's reason. The present state of all that is
   * asked for comes first, and again whenever the connection had to be made anew. Who takes an event late gets later
   * ones joined. An agent that was told to end is not started again for this: the events are over.
   */
  events(request: EventsRequest, call: AgentCall): AsyncIterable<AgentEvent>;
  /** Ends the agent when it has no running process, or `force`. */
  shutdown(force: boolean, call: AgentCall): Promise<void>;
}

/** Terminals, which live in the agent. */
export interface TerminalCalls {
  openTerminal(request: OpenTerminalRequest, call: KeyedCall): Promise<void>;
  /** `after`: answers when the list has another revision, or after 5 minutes at most. */
  listTerminals(workspace: string, after: string | null, call: AgentCall): Promise<TerminalList>;
  /** What it wrote from `after` on; with `wait`, answers when there is more or the terminal ended. */
  terminalOutput(id: string, after: number, wait: boolean, call: AgentCall): Promise<TerminalOutput>;
  /** Typed once, however often it is sent: by its writer and number. */
  writeTerminal(id: string, input: TerminalInput, call: AgentCall): Promise<void>;
  resizeTerminal(id: string, size: TerminalSize, call: AgentCall): Promise<void>;
  /** Ends what runs in it, and forgets it. */
  closeTerminal(id: string, call: AgentCall): Promise<void>;
}

/** Repositories, by git itself, with nothing run that their configuration names. */
export interface GitCalls {
  gitStatus(path: string, call: AgentCall): Promise<GitStatusResponse>;
  gitDiff(query: GitDiffQuery, call: AgentCall): Promise<GitDiffResponse>;
  gitSnapshot(request: GitSnapshotRequest, call: KeyedCall): Promise<GitSnapshotResponse>;
  gitIgnored(path: string, call: AgentCall): Promise<GitIgnoredResponse>;
  gitHead(path: string, call: AgentCall): Promise<GitHeadResponse>;
  /** To a question of `events`. The first answer counts; AgentError `not-found`: nobody waits for it any more. */
  answerCredentials(answer: CredentialAnswerRequest, call: AgentCall): Promise<void>;
}

/** The agent refused: `status` and `code` are its own. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;
  constructor(message: string, status: number, code: string, detail: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** The connection broke before an answer came. Whether the call had its effect is not known. */
export class LinkDown extends Error {
  override readonly name = 'LinkDown';
}
