import { plainText } from './auth/plain-text.ts';
import { AGAIN, LinkFault } from './fault.ts';

/** What ssh2 and sockets attach to their errors. */
export type TransportError = Error & { readonly level?: string; readonly code?: unknown };

export type Phase = 'handshake' | 'login' | 'up';

const SERVER = 'Look at the log of the SSH server there.';

export function lost(hop: string, detail: string | null = null): LinkFault {
  return new LinkFault('closed', `The connection to ${hop} was lost.`, detail, AGAIN);
}

/** Nothing said why. */
export function endedEarly(hop: string, phase: Phase): LinkFault {
  if (phase === 'up') return lost(hop);
  return new LinkFault('unreachable', `${hop} closed the connection before it was ready.`, null, SERVER);
}

export function tooSlow(hop: string, phase: Phase): LinkFault {
  return phase === 'handshake'
    ? new LinkFault(
        'unreachable',
        `${hop} did not answer in time.`,
        null,
        'Make sure that an SSH server, and nothing else, listens at this port.',
      )
    : new LinkFault('unreachable', `${hop} did not go on with the sign-in in time.`, null, SERVER);
}

/** The server ended the connection while somebody was asked: trying again would ask for ever. */
export function nobodyAnswered(hop: string, what: string, detail: string | null): LinkFault {
  return new LinkFault(
    'auth',
    `Nobody answered in time: ${hop} waited for ${what}, and gave up.`,
    detail,
    'Connect again when you are there to answer.',
  );
}

export function passwordExpired(hop: string, said: string): LinkFault {
  return new LinkFault(
    'auth',
    `The password for ${hop} has expired, and must be changed first.`,
    plainText(said),
    `Change it with "ssh ${hop}" in a terminal, then connect again.`,
  );
}

export function transportFault(hop: string, phase: Phase, error: TransportError): LinkFault {
  if (phase === 'up') return lost(hop, error.message);
  if (error.level === 'client-socket') {
    return new LinkFault('unreachable', `The connection to ${hop} broke off.`, error.message, SERVER);
  }
  return new LinkFault(
    'unreachable',
    `${hop} did not complete the SSH handshake.`,
    error.message,
    `Compare with "ssh -v ${hop}" in a terminal: server and Gaffer may share no cipher or key type.`,
  );
}
