import path from 'node:path';
import { Refusal } from '../base/refusal.ts';

/** Where the agent's own home lies in a repository around it, with forward slashes; null: not in this one. */
export function ownBelow(own: string, root: string): string | null {
  const relative = path.relative(root, own);
  if (relative === '') throw new Refusal(403, 'forbidden', `${root}: this belongs to the agent`);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return null;
  return relative.split(path.sep).join('/');
}

export function isOwnFile(name: string, own: string | null): boolean {
  return own !== null && (name === own || name.startsWith(`${own}/`));
}
