/** Where a repository lies on a forge. */
export interface RemotePlace {
  /** With its port, where the remote is reached over the web at one of its own. */
  readonly host: string;
  /** `owner/name`, of GitLab also with groups in between. */
  readonly path: string;
}

/** Of `https://host/owner/name(.git)`, `ssh://git@host/owner/name.git`, `git@host:owner/name.git`; null: no forge. */
export function parseRemote(remote: string): RemotePlace | null {
  const scp = /^(?:[^@/:\s]+@)?([^@/:\s]{2,}):(?!\/\/)(.+)$/.exec(remote);
  if (scp) return placeOf(scp[1] ?? '', scp[2] ?? '');
  if (!URL.canParse(remote)) return null;
  const url = new URL(remote);
  switch (url.protocol) {
    case 'https:':
    case 'http:':
      return placeOf(url.host, url.pathname);
    case 'ssh:':
    case 'git+ssh:':
      // The port is that of the SSH server.
      return placeOf(url.hostname, url.pathname);
    default:
      return null;
  }
}

function placeOf(host: string, path: string): RemotePlace | null {
  const clean = decoded(path)
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '');
  const parts = clean.split('/');
  const plain = parts.length >= 2 && parts.every((part) => /^[\w.~-]+$/.test(part) && !/^\.+$/.test(part));
  return plain && host !== '' ? { host: host.toLowerCase(), path: clean } : null;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
