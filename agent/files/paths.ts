import { constants } from 'node:fs';
import { access, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { StatResponse } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { badRequest, errorCode, Refusal, refusalOf } from '../base/refusal.ts';
import { isForbidden } from './forbidden-paths.ts';

/** The agent's own places, which are nobody's business. */
export type FileRules = Pick<Home, 'root' | 'run' | 'journal'>;

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
  if (links > 40) throw badRequest(`${target}: too many symbolic links`);
  try {
    return await realpath(target);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw refusalOf(error, target);
  }
  // A dangling link is written through: its target is what will be made.
  const link = await readlink(target).catch(() => null);
  if (link !== null) return resolveExisting(path.resolve(path.dirname(target), link), links + 1);
  const parent = path.dirname(target);
  return parent === target
    ? target
    : path.join(await resolveExisting(parent, links), path.basename(target));
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
