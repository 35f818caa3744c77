/**
 * Why a host cannot be used. `unreachable` and `closed` pass by themselves and are tried again; the others need a
 * person and end the link's attempts.
 */
export type LinkFaultCode = 'unreachable' | 'host-key' | 'auth' | 'agent' | 'closed';

const FINAL: ReadonlySet<LinkFaultCode> = new Set(['host-key', 'auth', 'agent']);

/** `message` is for people and says what to do; `detail` holds the technical rest (a log, a path, what was tried). */
export class LinkFault extends Error {
  override readonly name = 'LinkFault';
  readonly code: LinkFaultCode;
  readonly detail: string | null;
  constructor(code: LinkFaultCode, message: string, detail: string | null = null) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
  /** Trying again cannot help until somebody changed something. */
  get final(): boolean {
    return FINAL.has(this.code);
  }
}
