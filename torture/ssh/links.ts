import type { WorkspaceId } from '../../shared/model/ids.ts';
import type { LinkState } from '../../shared/model/workspace.ts';
import type { TortureDaemon } from '../harness/daemon.ts';

/** The links of all workspaces, as the window hears of them. */
export interface Links {
  state(id: WorkspaceId): LinkState;
  /** Rejects with what the link last said when the state does not come. */
  until(
    id: WorkspaceId,
    what: string,
    wanted: (state: LinkState) => boolean,
    withinMs: number,
  ): Promise<LinkState>;
  /** States since then, each with its time by `performance.now()`. */
  since(id: WorkspaceId, at: number): readonly { readonly at: number; readonly state: LinkState }[];
  close(): Promise<void>;
}

export function watchLinks(daemon: TortureDaemon): Links {
  const stop = new AbortController();
  const seen = new Map<WorkspaceId, { at: number; state: LinkState }[]>();
  const looks = new Set<() => void>();
  const done = (async () => {
    for await (const workspaces of daemon.watch('workspaces.watch', {}, stop.signal)) {
      for (const { id, link } of workspaces) {
        const states = seen.get(id) ?? [];
        seen.set(id, states);
        if (JSON.stringify(states.at(-1)?.state) === JSON.stringify(link)) continue;
        states.push({ at: performance.now(), state: link });
      }
      for (const look of looks) look();
    }
  })();
  const state = (id: WorkspaceId): LinkState => seen.get(id)?.at(-1)?.state ?? { state: 'idle' };
  return {
    state,
    since: (id, at) => (seen.get(id) ?? []).filter((each) => each.at >= at),
    until(id, what, wanted, withinMs) {
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(limit);
          looks.delete(look);
        };
        const look = () => {
          if (!wanted(state(id))) return;
          end();
          resolve(state(id));
        };
        const limit = setTimeout(() => {
          end();
          reject(
            new Error(`${what}: not there after ${withinMs / 1000} s, but ${JSON.stringify(state(id))}`),
          );
        }, withinMs);
        looks.add(look);
        look();
      });
    },
    async close() {
      stop.abort();
      await done;
    },
  };
}
