import type { FilesEvent } from '@shared/contract/files.ts';
import type { Clock } from '../../base/clock.ts';
import type { WorkspaceConnection } from '../connection.ts';
import { followAgent } from '../follow-agent.ts';
import { isInside, pathsOf } from './inside.ts';

export interface WatchedFiles {
  connect(): Promise<WorkspaceConnection>;
  readonly clock: Clock;
  /** Of the workspace, on its machine. */
  readonly directory: string;
  /** Below it. */
  readonly paths: readonly string[];
}

/** What happens in these directories; of one that leads out of the workspace only that it is refused. */
export async function* watchFiles(watched: WatchedFiles, signal: AbortSignal): AsyncGenerator<FilesEvent> {
  const { connect, clock, directory, paths } = watched;
  const byPath = new Map(paths.map((path) => [pathsOf(directory).join(directory, path), path]));
  const request = { directories: [...byPath.keys()] };
  for await (const event of followAgent({ connect, clock, request }, signal)) {
    if (event.type !== 'directory') continue;
    const path = byPath.get(event.path);
    if (path === undefined) continue;
    const { state, stamp, entries, names } = event;
    const isHidden = event.real_path !== null && !isInside(directory, event.real_path);
    yield isHidden
      ? { path, state: 'refused', stamp: '', entries: true, names: null }
      : { path, state, stamp, entries, names };
  }
}
