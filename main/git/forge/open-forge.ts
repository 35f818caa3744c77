import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { Forge } from './port.ts';
import { createReader, type Fetch } from './read-json.ts';
import type { ForgeSite } from './sites.ts';

/** A forge, seen with a token or, with null, as everybody sees it. */
export function openForge(
  { kind, apiBase, webBase }: ForgeSite,
  token: string | null,
  fetch: Fetch,
): Forge {
  const read = (headers: Readonly<Record<string, string>>) =>
    createReader({ base: apiBase, headers: token === null ? {} : headers, fetch });
  switch (kind) {
    case 'github':
      return github(
        read({ authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' }),
        webBase,
      );
    case 'gitlab':
      return gitlab(read({ 'private-token': token ?? '' }), webBase);
    case 'gitea':
      return gitea(read({ authorization: `token ${token}` }), webBase);
  }
}
