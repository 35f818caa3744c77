import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../base/process-identity.ts';
import { getFile, putFile } from '../base/small-file.ts';

/** What is written down of a terminal while it runs: who finds it after its agent died can say so, and end the rest. */
export interface TerminalMeta {
  readonly id: string;
  readonly title: string;
  readonly workspace: string;
  readonly cwd: string;
  readonly cols: number;
  readonly rows: number;
  readonly startedAt: number;
  readonly agent: ProcessIdentity;
  readonly shell: ProcessIdentity;
}

/** Nothing else becomes the name of a file. */
export function isTerminalId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}

const SUFFIX = '.json';

export function putMeta(dir: string, meta: TerminalMeta): void {
  putFile(fileOf(dir, meta.id), meta);
}

export function removeMeta(dir: string, id: string): void {
  rmSync(fileOf(dir, id), { force: true });
}

/** Null: there is none (any more). */
export function getMeta(dir: string, id: string): TerminalMeta | null {
  const meta = getFile(fileOf(dir, id)) as Partial<TerminalMeta> | null;
  return meta?.id === id && isIdentity(meta.agent) && isIdentity(meta.shell)
    ? (meta as TerminalMeta)
    : null;
}

export function getMetas(dir: string): readonly TerminalMeta[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => getMeta(dir, name.slice(0, -SUFFIX.length)) ?? []);
}

function fileOf(dir: string, id: string): string {
  return path.join(dir, `${id}${SUFFIX}`);
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, start } = (value ?? {}) as Partial<ProcessIdentity>;
  return typeof pid === 'number' && typeof start === 'string';
}
