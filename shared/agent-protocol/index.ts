/**
 * HTTP shapes of the workspace agent (CHATD 9, WORKSPACES). Base path `/api/v0`, JSON bodies, errors
 * `{message, code, detail?}`. Headers: `Authorization: Bearer <token>`, `Gaffer-Chat-Id`, `Idempotency-Key`.
 */
export const AGENT_BASE = '/api/v0';
export const CHAT_HEADER = 'gaffer-chat-id';
export const KEY_HEADER = 'idempotency-key';

/** GET /hello */
export interface Hello {
  /** Hash of the agent's file. */
  readonly version: string;
  readonly protocol: 1;
  readonly platform: string;
  readonly arch: string;
  readonly hostname: string;
  readonly home: string;
  /** The agent's own directory: `~/.gaffer`. */
  readonly root: string;
  /** Of the home's idempotency journal: another one does not know what was asked here. */
  readonly journal: string;
  readonly shell: string;
  readonly node: string;
  readonly pid: number;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** GET /environment → what commands are started with, once the login shell has answered or was waited for. */
export interface EnvironmentResponse {
  readonly shell: string;
  readonly path: string;
  /** Why it is the agent's own environment and not that of the login shell; null: it is that. */
  readonly failure: string | null;
}

export interface AgentFailure {
  readonly message: string;
  readonly code: AgentCode;
  readonly detail?: string;
}

export type AgentCode =
  | 'bad-request'
  | 'unauthorized'
  | 'not-found'
  | 'forbidden'
  | 'is-a-directory'
  | 'not-a-directory'
  | 'too-large'
  | 'conflict'
  | 'key-reused'
  | 'unknown-outcome'
  | 'already-exited'
  | 'disk-full'
  | 'timeout'
  | 'busy'
  | 'no-match'
  | 'ambiguous'
  | 'no-terminal'
  | 'too-many'
  | 'io';

/** GET /stat?path= ; missing files answer 200 with kind `missing`. */
export interface StatResponse {
  readonly kind: 'file' | 'directory' | 'other' | 'missing';
  /** After resolving symlinks of everything that exists. */
  readonly realPath: string;
  readonly size: number;
  readonly writable: boolean;
  readonly readable: boolean;
}

/** GET /read-file-lines. Always 200; the limits' defaults stand in CHATD 9.3. */
export interface ReadLinesQuery {
  readonly path: string;
  readonly offset?: number;
  readonly limit?: number;
}

export interface ReadLinesResponse {
  readonly success: boolean;
  readonly file_size: number;
  readonly total_lines: number;
  readonly lines_read: number;
  readonly content: string;
  readonly error?: string;
}

/** POST /edit-files */
export interface EditFilesRequest {
  readonly files: readonly {
    readonly path: string;
    readonly edits: readonly {
      readonly search: string;
      readonly replace: string;
      readonly replace_all?: boolean;
    }[];
  }[];
}

/** POST /list-directory {path} */
export interface ListDirectoryResponse {
  readonly absolute_path: string;
  /** Directories first, then by name; at most 2,000. */
  readonly contents: readonly { readonly name: string; readonly is_dir: boolean }[];
  readonly truncated: boolean;
  /** Another one when a name has come or gone since. */
  readonly stamp: string;
}

/** Which files of a directory's tree are wanted. Links are not followed; `.git` is never looked into. */
export interface FileChoiceRequest {
  /** An absolute path of a directory. */
  readonly root: string;
  /**
   * Globs as in `.gitignore`, with `{a,b}` besides: one without a slash matches at every depth, one that matches a
   * directory stands for all that is in it. Without any: every file.
   */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Also names that begin with a dot. */
  readonly hidden?: boolean;
  /** Also what the `.gitignore` files of a repository leave out. */
  readonly ignored?: boolean;
}

/** The limit that ended a search: of lines that match, of files, of bytes in the answer, of time. */
export type SearchCut = 'matches' | 'files' | 'bytes' | 'time';

/** POST /search: lines that match, in text files. */
export interface SearchRequest extends FileChoiceRequest {
  readonly pattern: string;
  /** Of the dialect that ripgrep and JavaScript share, with ripgrep's meaning; otherwise the text itself. */
  readonly regex?: boolean;
  readonly ignore_case?: boolean;
  /** Lines before and after each that matches; at most 10. */
  readonly context?: number;
  /** Lower limits than the agent's own. */
  readonly max_matches?: number;
  readonly max_files?: number;
  readonly max_bytes?: number;
  readonly max_ms?: number;
}

export interface SearchResponse {
  /** By path. */
  readonly files: readonly SearchedFile[];
  /** Null: this is all that there is. */
  readonly cut: SearchCut | null;
}

export interface SearchedFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly lines: readonly SearchedLine[];
}

export interface SearchedLine {
  /** From 1. */
  readonly number: number;
  readonly matches: boolean;
  /** A long line is cut to where its first match is; `from` is where `text` begins in it, in UTF-16 units. */
  readonly text: string;
  readonly from: number;
  /** Start and end in `text`, in UTF-16 units. None for a match of nothing, such as that of `x*`. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** POST /glob: the chosen files, the one that was changed last first. */
export interface GlobRequest extends FileChoiceRequest {
  readonly ignore_case?: boolean;
  readonly max_files?: number;
  readonly max_ms?: number;
}

export interface GlobResponse {
  readonly files: readonly GlobbedFile[];
  /** `files`: the newest of those that were found. */
  readonly cut: SearchCut | null;
}

export interface GlobbedFile {
  readonly path: string;
  readonly size: number;
  readonly modified_ms: number;
}

/** POST /processes/start */
export interface StartProcessRequest {
  readonly command: string;
  readonly workdir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly background?: boolean;
}

/** GET /processes/list → {processes} */
export interface ProcessInfo {
  readonly id: string;
  readonly command: string;
  readonly workdir: string;
  readonly background: boolean;
  readonly running: boolean;
  readonly exit_code?: number;
  readonly started_at_unix: number;
  readonly exited_at_unix?: number;
}

/** GET /processes/{id}/output[?wait=true]: the head/tail text of CHATD 9.11. */
export interface ProcessOutput {
  readonly output: string;
  readonly truncated?: {
    readonly original_bytes: number;
    readonly retained_bytes: number;
    readonly omitted_bytes: number;
    readonly strategy: 'head_tail';
  };
  readonly running: boolean;
  /** Null while running; -1: killed by a signal or not known. */
  readonly exit_code: number | null;
}

/** GET /processes/{id}/spool?after=<byte>[&wait=true]: raw output for people. */
export interface SpoolChunk {
  /** Base64 of at most 256 KiB. */
  readonly data: string;
  /** Byte position of the first byte of `data` in everything that the process wrote. */
  readonly start: number;
  readonly next: number;
  readonly running: boolean;
  readonly exit_code: number | null;
}

/** POST /processes/{id}/signal {signal: 'terminate' | 'kill'} */

/**
 * POST /listen → {port}: from now on the agent also listens on a port of the loopback, for SSH servers that forward no
 * Unix sockets. Anybody on the host can connect there, and anybody could listen there once the agent is gone. So before
 * the HTTP of each connection the client sends a line with a nonce of 64 hex digits, and the agent proves with a line
 * that it knows the token: HMAC-SHA-256, keyed with the token, of `portProof`, in hex.
 */
export interface ListenResponse {
  readonly port: number;
}

export function portProof(nonce: string, port: number): string {
  return `gaffer ${nonce} ${port}`;
}

/** All that Gaffer makes in the agent's home: what is removed with it. `agent` and `runtime` are put there by the app. */
export const AGENT_HOME_NAMES = [
  'agent',
  'runtime',
  'run',
  'runs',
  'terminals',
  'journal',
  'log',
  'workspaces',
] as const;

export type AgentHomeName = (typeof AGENT_HOME_NAMES)[number];

/**
 * `node agent.cjs serve --home DIR [--tcp]` (DIR is `~/.gaffer`) detaches a server when none of this version runs,
 * waits until it answers, prints one line with this JSON and exits 0; on failure `{"error": …}` and exit 1.
 * `node agent.cjs run --home DIR` serves in the foreground. `--home` is created 0700.
 * `node agent.cjs bridge --home DIR` carries connections over its standard streams: see bridge-frames.ts.
 */
export interface AgentAddress {
  readonly socket: string;
  readonly token: string;
  readonly version: string;
  readonly pid: number;
  /** As in `Hello`. */
  readonly journal: string;
  /** Of the loopback, once it was asked for. */
  readonly port?: number;
}

/** What `serve` prints instead. */
export interface ServeFailure {
  readonly error: string;
  readonly code?: AgentCode;
}
