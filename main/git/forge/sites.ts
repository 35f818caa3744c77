import type { ForgeKind } from '@shared/model/git.ts';

/** A server of repositories: what it is, and where its programs and its pages are. */
export interface ForgeSite {
  readonly kind: ForgeKind;
  readonly host: string;
  /** Without a slash at its end. */
  readonly apiBase: string;
  /** Of its pages: `https://<host>`. */
  readonly webBase: string;
}

/** The ones that are known without an account. */
const PUBLIC: Readonly<Record<string, ForgeKind>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'codeberg.org': 'gitea',
};

export function publicSite(host: string): ForgeSite | null {
  const kind = PUBLIC[host];
  return kind ? siteOf(kind, host, '') : null;
}

/** `apiBase` empty: where servers of this kind have it. */
export function siteOf(kind: ForgeKind, host: string, apiBase: string): ForgeSite {
  const base = (apiBase || usualApi(kind, host)).replace(/\/+$/, '');
  // Only who reaches its programs without TLS reaches its repositories so.
  const scheme = new URL(base).protocol;
  return { kind, host, apiBase: base, webBase: `${scheme}//${host}` };
}

function usualApi(kind: ForgeKind, host: string): string {
  switch (kind) {
    case 'github':
      return host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
    case 'gitlab':
      return `https://${host}/api/v4`;
    case 'gitea':
      return `https://${host}/api/v1`;
  }
}

/** Where the person makes a token. */
export function tokenPage({ kind, webBase }: ForgeSite): string {
  switch (kind) {
    case 'github':
      return `${webBase}/settings/tokens/new?scopes=repo&description=Gaffer`;
    case 'gitlab':
      return `${webBase}/-/user_settings/personal_access_tokens`;
    case 'gitea':
      return `${webBase}/user/settings/applications`;
  }
}

/** The name that goes with a token; servers look at the token alone. */
export function tokenUser(kind: ForgeKind): string {
  return kind === 'github' ? 'x-access-token' : 'oauth2';
}
