import { configFault } from './parse-config.ts';
import { matchesPatterns } from './pattern.ts';

/** What OpenSSH offers and ssh2 knows, in OpenSSH's order. */
const DEFAULT = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
/** Old and weak: only where the configuration names it. */
const KNOWN = [...DEFAULT, 'ssh-rsa'];

/** `HostKeyAlgorithms`: a list, or what to add (`+`), to drop (`-`) or to put first (`^`). Null: the default. */
export function hostKeyAlgorithms(text: string | null, at: string): readonly string[] {
  const chosen = text === null ? DEFAULT : choose(text);
  if (chosen.length === 0) {
    throw configFault(at, `HostKeyAlgorithms names none that Gaffer knows (${KNOWN.join(', ')})`);
  }
  return chosen;
}

function choose(text: string): readonly string[] {
  const named = (patterns: string) => {
    const list = patterns.split(',');
    return list.flatMap((pattern) => KNOWN.filter((name) => matchesPatterns(name, [pattern])));
  };
  switch (text.charAt(0)) {
    case '+':
      return unique([...DEFAULT, ...named(text.slice(1))]);
    case '-':
      return DEFAULT.filter((name) => !matchesPatterns(name, text.slice(1).split(',')));
    case '^':
      return unique([...named(text.slice(1)), ...DEFAULT]);
    default:
      return unique(named(text));
  }
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
