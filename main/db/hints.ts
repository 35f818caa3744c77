import type { PGlite } from '@electric-sql/pglite';
import type { Hint } from './store.ts';

export const CHANNELS: readonly Hint['channel'][] = [
  'chat_update',
  'chat_ownership',
  'chat_watch',
  'workspace_update',
  'settings_update',
];

/** Listens once, for good. `post` is called while the engine is busy: it must only hand the hint on. */
export async function listenForHints(db: PGlite, post: (hint: Hint) => void): Promise<void> {
  for (const channel of CHANNELS) {
    await db.listen(channel, (text) => {
      post({ channel, payload: JSON.parse(text) as Hint['payload'] });
    });
  }
}
