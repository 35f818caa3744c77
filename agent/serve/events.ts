import { limits } from '../base/limits.ts';
import { badRequest } from '../base/refusal.ts';
import type { Watch } from '../base/watched.ts';
import { checkPath } from '../files/paths.ts';
import { watchDirectory } from '../files/watch-directory.ts';
import { watchRepository } from '../git/watch-repository.ts';
import { watchWorktree } from '../git/watch-worktree.ts';
import { watchProcesses } from '../processes/watch-processes.ts';
import { streamEvents } from './event-stream.ts';
import { flagOf, jsonOf, listOf, type Request, stringOf } from './request.ts';
import type { Parts, Route } from './routes.ts';

export const eventRoutes: Readonly<Record<string, Route>> = {
  'POST /events': async (request, parts) => {
    const watches = watchesOf(request, parts);
    return { status: 200, body: null, stream: (out, signal) => streamEvents(watches, out, signal) };
  },
};

function watchesOf(request: Request, { git, home, processes, asks }: Parts): readonly Watch<object>[] {
  const body = jsonOf(request);
  const directories = pathsOf(body.directories, 'directories', limits.watchedDirectories);
  const repositories = pathsOf(body.repositories, 'repositories', limits.watchedRepositories);
  const worktrees = pathsOf(body.worktrees, 'worktrees', limits.watchedWorktrees);
  const watches = [
    ...(flagOf(body.processes, 'processes') ? [watchProcesses(processes, request.chatId)] : []),
    ...directories.map((path) => watchDirectory(path, home)),
    ...repositories.map((path) => watchRepository(path)),
    ...worktrees.map((path) => watchWorktree(path, git)),
    ...(flagOf(body.credentials, 'credentials') ? [asks.watch] : []),
  ];
  if (watches.length === 0)
    throw badRequest('processes, directories, repositories, worktrees or credentials are required');
  return watches;
}

function pathsOf(value: unknown, name: string, most: number): readonly string[] {
  const paths = [...new Set(listOf(value ?? [], name).map((path) => stringOf(path, name)))];
  if (paths.length > most) throw badRequest(`at most ${most} ${name} can be followed`);
  for (const path of paths) checkPath(path);
  return paths;
}
