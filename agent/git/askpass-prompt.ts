/** What git asks its helper for. */
export interface AskpassPrompt {
  readonly what: 'username' | 'password';
  /** Without the user's name: `https://host[:port][/path]`. */
  readonly url: string;
}

/** Null: this is not git's question about a server, as that for a key's passphrase is not. */
export function parseAskpassPrompt(prompt: string): AskpassPrompt | null {
  const found = /^(Username|Password) for '([^'\s]+)': ?$/.exec(prompt);
  if (!found) return null;
  const url = withoutUser(found[2] ?? '');
  return url === null ? null : { what: found[1] === 'Username' ? 'username' : 'password', url };
}

function withoutUser(given: string): string | null {
  try {
    const url = new URL(given);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    url.username = '';
    url.password = '';
    return url.href.replace(/\/$/, '');
  } catch {
    return null;
  }
}
