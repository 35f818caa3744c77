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
  readonly shell: string;
  readonly node: string;
  readonly pid: number;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
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
  | 'no-match'
  | 'ambiguous'
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
 * `node agent.cjs serve --home DIR` (DIR is `~/.gaffer`) detaches a server when none of this version runs, waits
 * until it answers, prints one line with this JSON and exits 0; on failure `{"error": …}` and exit 1.
 * `node agent.cjs run --home DIR` serves in the foreground. `--home` is created 0700.
 */
export interface AgentAddress {
  readonly socket: string;
  readonly token: string;
  readonly version: string;
  readonly pid: number;
}
