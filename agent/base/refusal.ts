import type { AgentCode, AgentFailure } from '@shared/agent-protocol/index.ts';

/** An answer that is not the wished one; the server turns it into `{message, code, detail?}` with `status`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: AgentCode;
  readonly detail: string | null;
  constructor(status: number, code: AgentCode, message: string, detail: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'bad-request', message);
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const byErrno: Readonly<Record<string, readonly [number, AgentCode, string]>> = {
  ENOENT: [404, 'not-found', 'no such file or directory'],
  EACCES: [403, 'forbidden', 'permission denied'],
  EPERM: [403, 'forbidden', 'operation not permitted'],
  EROFS: [403, 'forbidden', 'the file system is read-only'],
  EISDIR: [400, 'is-a-directory', 'is a directory'],
  ENOTDIR: [400, 'not-a-directory', 'a part of the path is not a directory'],
  EINVAL: [400, 'bad-request', 'invalid argument'],
  ENAMETOOLONG: [400, 'bad-request', 'the name is too long'],
  ELOOP: [400, 'bad-request', 'too many symbolic links'],
  ENOSPC: [507, 'disk-full', 'no space left on the device'],
  EDQUOT: [507, 'disk-full', 'the disk quota is exceeded'],
};

/** The status mapping of CHATD 9.2. `subject` is what the message is about, mostly a path. */
export function refusalOf(error: unknown, subject: string): Refusal {
  if (error instanceof Refusal) return error;
  const known = byErrno[errorCode(error)];
  if (known) return new Refusal(known[0], known[1], `${subject}: ${known[2]}`);
  return new Refusal(500, 'io', `${subject}: ${error instanceof Error ? error.message : String(error)}`);
}

export function failureOf(refusal: Refusal): AgentFailure {
  const failure = { message: refusal.message, code: refusal.code };
  return refusal.detail === null ? failure : { ...failure, detail: refusal.detail };
}
