/** How what was pasted stands to the fingerprint that a host shows. */
export type Comparison = 'nothing' | 'same' | 'different' | 'other-kind';

const SHA256 = /SHA256:([A-Za-z0-9+/]+)/;
const BARE = /^[A-Za-z0-9+/]{43}$/;
const MD5 = /(?:[0-9a-f]{2}:){15}[0-9a-f]{2}/i;

/** Takes the fingerprint alone, without its "SHA256:", or inside a line that ssh-keygen printed. */
export function compareFingerprint(shown: string, pasted: string): Comparison {
  const text = pasted.trim();
  if (text === '') return 'nothing';
  const bare = text.replace(/=+$/, '');
  const found = SHA256.exec(text)?.[1] ?? (BARE.test(bare) ? bare : null);
  if (found !== null) return found === shown.replace(/^SHA256:/, '') ? 'same' : 'different';
  return MD5.test(text) ? 'other-kind' : 'different';
}

const KEY_TYPES: readonly (readonly [start: string, name: string])[] = [
  ['ssh-ed25519', 'ED25519'],
  ['sk-ssh-ed25519', 'ED25519-SK'],
  ['sk-ecdsa-', 'ECDSA-SK'],
  ['ecdsa-', 'ECDSA'],
  ['ssh-rsa', 'RSA'],
  ['rsa-sha2-', 'RSA'],
  ['ssh-dss', 'DSA'],
];

/** As ssh-keygen names it: "ssh-ed25519" is "ED25519". */
export function keyTypeName(type: string): string {
  return KEY_TYPES.find(([start]) => type.startsWith(start))?.[1] ?? type;
}
