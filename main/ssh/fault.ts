/**
 * Why a host cannot be used. `unreachable` and `closed` pass by themselves and are tried again; `not-now` (a full disk, a
 * host too busy to start the agent) may, and is tried again less often; the others need a person and end the link's
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
  readonly fix: string;
  constructor(code: LinkFaultCode, message: string, detail: string | null, fix: string) {
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
  return message.includes(fix) ? message : `${message} ${fix}`;
}

/** Of what ends in the middle: it is made anew without anybody's doing. */
export const AGAIN = 'Gaffer connects again by itself; if this goes on, look at the network or VPN.';

/** By us, because somebody wanted it so. */
export function closedByUs(message = 'The connection was closed.'): LinkFault {
  return new LinkFault('closed', message, null, 'Connect again when you need it.');
}

export function badTarget(why: string): LinkFault {
  return new LinkFault(
    'configuration',
    why,
    null,
    'Correct how the host is called: user@host or user@host:22.',
  );
}
