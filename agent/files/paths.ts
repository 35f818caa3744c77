import { constants } from 'node:fs';
import { access, lstat, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { StatResponse } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { badRequest, errorCode, Refusal, refusalOf } from '../base/refusal.ts';
import { isForbidden } from './forbidden-paths.ts';

/** The agent's own places, which are nobody's business. */
export type FileRules = Pick<Home, 'root' | 'run' | 'journal'>;

const MOST_LINKS = 40;

export function checkPath(given: string): string {
  if (given === '') throw badRequest('path is required');
  if (given.includes('\0')) throw badRequest('path must not contain NUL');
  if (!path.isAbsolute(given)) throw badRequest(`path must be absolute: ${given}`);
  return path.normalize(given);
}

/** The real path of what exists and the rest as it is: also for files that are still to be made. */
export async function resolvePath(given: string, rules: FileRules): Promise<string> {
  const resolved = await resolveExisting(checkPath(given), 0);
  if (isForbidden(resolved, await realRoot(rules))) throw forbidden(given);
  return resolved;
}

async function resolveExisting(target: string, links: number): Promise<string> {
  if (links > MOST_LINKS) throw badRequest(`${target}: too many symbolic links`);
  try {
    return await realpath(target);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw refusalOf(error, target);
  }
  return resolveMissing(target, links);
}

/** From the top down: of a path with a thousand parts that are missing only the first is looked for. */
async function resolveMissing(target: string, links: number): Promise<string> {
  const { root } = path.parse(target);
  const names = target.slice(root.length).split(path.sep);
  let at = root;
  for (const [index, name] of names.entries()) {
    const next = path.join(at, name);
    const found = await lstat(next).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw refusalOf(error, target);
    });
    const rest = names.slice(index + 1);
    if (!found) return path.join(next, ...rest);
    if (found.isSymbolicLink()) {
      // A dangling link is written through: its target is what will be made.
      const link = path.resolve(at, await readlink(next).catch(() => name));
      return resolveExisting(path.join(link, ...rest), links + 1);
    }
    at = next;
  }
  return at;
}

function realRoot(rules: FileRules): Promise<string> {
  return realpath(rules.root).catch(() => rules.root);
}

export function forbidden(subject: string): Refusal {
  return new Refusal(403, 'forbidden', `${subject}: this belongs to the system or to the agent`);
}

export async function statPath(given: string, rules: FileRules): Promise<StatResponse> {
  const checked = checkPath(given);
  const resolved = await resolveExisting(checked, 0).catch((error: unknown) => {
    // Below a file there is nothing, and nothing to resolve.
    if (error instanceof Refusal && error.code === 'not-a-directory') return checked;
    throw error;
  });
  const found = await stat(resolved).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw refusalOf(error, given);
  });
  const barred = isForbidden(resolved, await realRoot(rules));
  const may = async (mode: number) =>
    !barred &&
    (await access(resolved, mode).then(
      () => true,
      () => false,
    ));
  return {
    kind: !found ? 'missing' : found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
    realPath: resolved,
    size: barred ? 0 : (found?.size ?? 0),
    writable: await may(constants.W_OK),
    readable: await may(constants.R_OK),
  };
}
