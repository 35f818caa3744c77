import type { AgentCode, GlobbedFile, SearchCut, SearchedFile } from '@shared/agent-protocol/index.ts';
import { limits } from '../base/limits.ts';
import { badRequest, refusalOf } from '../base/refusal.ts';
import { searchLines } from './search-lines.ts';
import { type Tree, type TreeFile, visitFiles, walkTree } from './walk-tree.ts';

/** What the searching thread is told. Plain data. */
export type ScanTask = SearchTask | GlobTask;

interface Scan {
  readonly tree: Tree;
  /** From when the thread runs. */
  readonly ms: number;
}

export interface SearchTask extends Scan {
  readonly kind: 'search';
  /** Found by another program: only these are looked into. Null: the tree is walked. */
  readonly candidates: readonly string[] | null;
  readonly pattern: { readonly source: string; readonly flags: string };
  readonly context: number;
  readonly most: { readonly matches: number; readonly files: number; readonly bytes: number };
  /** The agent's own files by inode, whatever other name they were given. */
  readonly barred: ReadonlySet<string>;
}

export interface GlobTask extends Scan {
  readonly kind: 'glob';
  readonly most: number;
}

/** What the searching thread says; the last one is `end`. */
export type ScanWord =
  | { readonly kind: 'searched'; readonly file: SearchedFile }
  | { readonly kind: 'globbed'; readonly files: readonly GlobbedFile[] }
  /** In parts: what a class knows is lost between threads. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: AgentCode;
      readonly message: string;
    }
  | { readonly kind: 'end'; readonly cut: SearchCut | null };

export function scanTree(task: ScanTask, say: (word: ScanWord) => void): void {
  const endsAt = Date.now() + task.ms;
  try {
    const cut = task.kind === 'search' ? searchTree(task, endsAt, say) : globTree(task, endsAt, say);
    say({ kind: 'end', cut });
  } catch (error) {
    // What a pattern does to the engine, such as growing too large, is the pattern's fault.
    const isPatterns = error instanceof SyntaxError || error instanceof RangeError;
    const refusal = isPatterns ? badRequest('the pattern is too large') : refusalOf(error, task.tree.root);
    const { status, code, message } = refusal;
    say({ kind: 'refused', status, code, message });
  }
}

function searchTree(task: SearchTask, endsAt: number, say: (word: ScanWord) => void): SearchCut | null {
  const pattern = new RegExp(task.pattern.source, task.pattern.flags);
  let { matches, files, bytes } = task.most;
  const found = task.candidates === null ? walkTree(task.tree) : visitFiles(task.tree, task.candidates);
  for (const file of found) {
    if (Date.now() > endsAt) return 'time';
    const text = textOf(file, task.barred);
    if (text === null) continue;
    const wanted = { pattern, context: task.context, most: matches, lineLength: limits.searchLine };
    const { lines, matches: count, more } = searchLines(text, wanted);
    if (count === 0 && !more) continue;
    // Only now is it known that there is more than was asked for.
    if (matches === 0) return 'matches';
    if (files === 0) return 'files';
    const searched = { path: file.names.join('/'), lines };
    bytes -= Buffer.byteLength(JSON.stringify(searched));
    if (bytes < 0) return 'bytes';
    say({ kind: 'searched', file: searched });
    if (more) return 'matches';
    matches -= count;
    files--;
  }
  return null;
}

/** Null: no text that could be read. */
function textOf({ names, held }: TreeFile, barred: ReadonlySet<string>): string | null {
  const bytes = held.read(names.at(-1) ?? '', limits.searchFile, barred);
  return bytes === null || bytes.includes(0) ? null : bytes.toString('utf8');
}

function globTree(task: GlobTask, endsAt: number, say: (word: ScanWord) => void): SearchCut | null {
  const found: GlobbedFile[] = [];
  let cut: SearchCut | null = null;
  for (const { names, held } of walkTree(task.tree)) {
    if (Date.now() > endsAt) cut = 'time';
    else if (found.length === limits.globScan) cut = 'files';
    if (cut) break;
    const stats = held.look(names.at(-1) ?? '');
    if (stats?.isFile())
      found.push({ path: names.join('/'), size: stats.size, modified_ms: Math.floor(stats.mtimeMs) });
  }
  found.sort((a, b) => b.modified_ms - a.modified_ms || (a.path < b.path ? -1 : 1));
  say({ kind: 'globbed', files: found.slice(0, task.most) });
  return cut ?? (found.length > task.most ? 'files' : null);
}
