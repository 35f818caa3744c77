/**
 * Why a host cannot be used. `unreachable` and `closed` pass by themselves and are tried again; `not-now` (a full disk, a
 * host too busy to start the agent) may, and is tried again once a minute; the others need a person and end the link's
 * attempts.
 */
export type LinkFaultCode =
  | 'configuration'
  | 'unreachable'
  | 'host-key'
  | 'auth'
  | 'agent'
  | 'not-now'
  | 'closed';

const FINAL: ReadonlySet<LinkFaultCode> = new Set(['configuration', 'host-key', 'auth', 'agent']);

/**
 * `message` is for people and says what is wrong; `detail` holds the technical rest (a log, a path, what was tried);
 * `fix` is the one thing to do about it.
 */
export class LinkFault extends Error {
  override readonly name = 'LinkFault';
  readonly code: LinkFaultCode;
  readonly detail: string | null;
  readonly fix: string | null;
  constructor(
    code: LinkFaultCode,
    message: string,
    detail: string | null = null,
    fix: string | null = null,
  ) {
    super(message);
    this.code = code;
    this.detail = detail;
    this.fix = fix;
  }
  /** Trying again cannot help until somebody changed something. */
  get final(): boolean {
    return FINAL.has(this.code);
  }
}

/** For places that show one text: what is wrong and what to do about it. */
export function textOfFault({ message, fix }: LinkFault): string {
  return fix === null || message.includes(fix) ? message : `${message} ${fix}`;
}
