import type { FailureFacts } from './failure-facts.ts';
import { tlsCode } from './failure-patterns.ts';

interface Server {
  /** The account's name; "" when unknown. */
  readonly provider: string;
  /** Host and port of the account's base URL; null for the provider's own host. */
  readonly address: string | null;
}

export interface Unreachable {
  readonly message: string;
  /** The runtime's words with the code. */
  readonly detail: string;
}

const certificateCode = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECODE)_)/;

/** The codes that tell a wrong address or certificate: a typing mistake in an account shows as one of these. */
function said(code: string, place: string, name: string): string | null {
  if (code === 'ECONNREFUSED') return `Nothing answers at ${place}.`;
  if (code === 'ENOTFOUND') return `The name ${name} is not known.`;
  if (code === 'EAI_AGAIN') return `The name ${name} cannot be looked up at the moment.`;
  if (tlsCode.test(code))
    return `No secure connection to ${place} is possible. Check whether its address begins with https:// or http://.`;
  if (!certificateCode.test(code)) return null;
  if (code === 'CERT_HAS_EXPIRED') return `The certificate of ${place} has expired.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of ${place} is made for another name.`;
  return `The certificate of ${place} is not trusted on this computer.`;
}

/** The sentence that names the address when no connection came about; null for any other failure. */
export function unreachable(
  { codes, address, words }: FailureFacts,
  { provider, address: own }: Server,
): Unreachable | null {
  const at = own ?? address;
  const account = provider === '' ? 'the AI provider' : provider;
  const place = at === null ? `the address of ${account}` : provider === '' ? at : `${at} (${provider})`;
  const name = at === null ? `of the server of ${account}` : at.replace(/:\d+$/, '');
  // The runtime's own refusal of a port that is kept for other protocols, such as 9; it has no code.
  const tried = /\bbad port\b/.test(words) ? ['ECONNREFUSED', ...codes] : codes;
  for (const code of tried) {
    const message = said(code, place, name);
    if (message !== null) {
      return {
        message,
        detail: !codes.includes(code) || words.includes(code) ? words : `${words} (${code})`,
      };
    }
  }
  return null;
}
