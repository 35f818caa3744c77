import { WorkspaceProblem } from './connection.ts';
import type { Place } from './place.ts';

const REASON = 'this folder is on another computer';

/** Folders of the other computers that share the database: they are shown, and their chats run there. */
export const elsewhere: Place = {
  name: 'another computer',
  link: null,
  state: () => ({ state: 'down', message: REASON, final: true, retryAt: null }),
  reach: () => Promise.reject(new WorkspaceProblem('unreachable', REASON)),
  reconnect() {},
  follow: async () => {},
};
