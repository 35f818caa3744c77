import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type {
  FileChoiceRequest,
  GlobbedFile,
  GlobRequest,
  GlobResponse,
  SearchCut,
  SearchedFile,
  SearchRequest,
  SearchResponse,
} from '@shared/agent-protocol/index.ts';
import { limits } from '../base/limits.ts';
import { Refusal, refusalOf } from '../base/refusal.ts';
import { inodeOf } from './below.ts';
import { chooseGlobs, type FileChoice, isIncluded } from './file-choice.ts';
import { isSystemTree } from './forbidden-paths.ts';
import { type FileRules, forbidden, resolvePath } from './paths.ts';
import { filesByRipgrep, findRipgrep } from './ripgrep.ts';
import type { ScanTask, ScanWord, SearchTask } from './scan-tree.ts';
import { parsePattern, type SearchPattern } from './search-pattern.ts';
import { Turns } from './turns.ts';
import type { Tree } from './walk-tree.ts';

export interface ScannerOptions {
  /** Started once more for each search, as a thread. */
  readonly agentFile: string;
  readonly rules: FileRules;
  /** Where programs are looked for. */
  readonly searchPath: () => Promise<string>;
}

/** A search that does not end by itself, in a pattern that goes through every way there is, is ended so much later. */
const GRACE_MS = 500;
const START_MS = 10_000;
const MEMORY_MB = 512;
/** Ripgrep gets so much of the time: what it found is still to be read. */
const RIPGREP_SHARE = 0.8;
/** Of what it finds some is no text after all. */
const SPARE_CANDIDATES = 200;

/**
 * Searches trees of files, each search in a thread of its own: a pattern may take for ever, and a thread can be ended. A
 * search ends with its request; neither thread nor ripgrep outlives it.
 */
export class Scanner {
  private readonly options: ScannerOptions;
  private readonly turns = new Turns(limits.searchesAtOnce, limits.searchesWaiting);

  constructor(options: ScannerOptions) {
    this.options = options;
  }

  search(request: SearchRequest, signal: AbortSignal): Promise<SearchResponse> {
    const pattern = parsePattern(request.pattern, request.regex ?? false, request.ignore_case ?? false);
    const choice = choiceOf(request, false);
    return this.turns.take(signal, async () => {
      const tree = await this.treeOf(request.root, choice);
      const endsAt = Date.now() + lower(request.max_ms, limits.searchMs);
      const files = lower(request.max_files, limits.searchFiles);
      const found = await this.candidates(
        {
          request,
          pattern,
          tree,
          most: files + SPARE_CANDIDATES,
          ms: (endsAt - Date.now()) * RIPGREP_SHARE,
        },
        signal,
      );
      const task: SearchTask = {
        kind: 'search',
        tree,
        ms: Math.max(0, endsAt - Date.now()),
        candidates: found?.paths ?? null,
        pattern: pattern.js,
        context: Math.min(Math.max(0, request.context ?? 0), limits.searchContext),
        most: {
          matches: lower(request.max_matches, limits.searchMatches),
          files,
          bytes: lower(request.max_bytes, limits.searchBytes),
        },
        barred: await secretInodes(this.options.rules),
      };
      const searched: SearchedFile[] = [];
      const cut = await this.scan(task, signal, (word) => {
        if (word.kind === 'searched') searched.push(word.file);
      });
      return { files: searched, cut: cut ?? found?.cut ?? null };
    });
  }

  glob(request: GlobRequest, signal: AbortSignal): Promise<GlobResponse> {
    const choice = choiceOf(request, request.ignore_case ?? false);
    return this.turns.take(signal, async () => {
      const tree = await this.treeOf(request.root, choice);
      const ms = lower(request.max_ms, limits.searchMs);
      const most = lower(request.max_files, limits.globFiles);
      let files: readonly GlobbedFile[] = [];
      const cut = await this.scan({ kind: 'glob', tree, ms, most }, signal, (word) => {
        if (word.kind === 'globbed') files = word.files;
      });
      return { files, cut };
    });
  }

  private async treeOf(given: string, choice: FileChoice): Promise<Tree> {
    const { rules } = this.options;
    const root = await resolvePath(given, rules);
    const found = await stat(root).catch((error: unknown) => {
      throw refusalOf(error, given);
    });
    if (!found.isDirectory()) throw new Refusal(400, 'not-a-directory', `${given}: is not a directory`);
    const ownRoot = await realpath(rules.root).catch(() => rules.root);
    if (isSystemTree(root) || root === ownRoot) throw forbidden(given);
    return { root, ownRoot, choice };
  }

  private async candidates({ request, pattern, tree, most, ms }: Candidates, signal: AbortSignal) {
    const program = await findRipgrep(await this.options.searchPath());
    if (program === null) return null;
    const search = {
      root: tree.root,
      ownRoot: tree.ownRoot,
      pattern,
      given: request.pattern,
      exclude: request.exclude ?? [],
      hidden: tree.choice.hidden,
      ignored: tree.choice.ignored,
      isWanted: (found: string) => isIncluded(tree.choice, found.split('/')),
      most,
      endsAt: Date.now() + ms,
    };
    const found = await filesByRipgrep(program, search, signal);
    // It stands before something that does not let it go on, such as a FIFO in the place of a `.gitignore`.
    return found?.cut === 'time' && found.paths.length === 0 ? null : found;
  }

  /** Resolves when the thread is gone. Cut short by its time, it has said what it had found until then. */
  private scan(
    task: ScanTask,
    signal: AbortSignal,
    hear: (word: ScanWord) => void,
  ): Promise<SearchCut | null> {
    return new Promise((resolve, reject) => {
      const resourceLimits = { maxOldGenerationSizeMb: MEMORY_MB };
      const worker = new Worker(this.options.agentFile, { workerData: task, resourceLimits });
      let cut: SearchCut | null = 'time';
      let failure: unknown = null;
      const end = () => void worker.terminate();
      let timer = setTimeout(end, task.ms + START_MS);
      worker.once('online', () => {
        clearTimeout(timer);
        timer = setTimeout(end, task.ms + GRACE_MS);
      });
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      worker.on('message', (word: ScanWord) => {
        if (word.kind === 'end') cut = word.cut;
        else if (word.kind === 'refused') failure = new Refusal(word.status, word.code, word.message);
        else hear(word);
      });
      worker.once('error', (error) => {
        failure = error;
      });
      worker.once('exit', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        if (failure === null) resolve(cut);
        else reject(refusalOf(failure, 'the search'));
      });
    });
  }
}

interface Candidates {
  readonly request: SearchRequest;
  readonly pattern: SearchPattern;
  readonly tree: Tree;
  readonly most: number;
  readonly ms: number;
}

function choiceOf(request: FileChoiceRequest, ignoreCase: boolean): FileChoice {
  return {
    include: chooseGlobs(request.include ?? [], ignoreCase),
    exclude: chooseGlobs(request.exclude ?? [], ignoreCase),
    ignoreCase,
    hidden: request.hidden ?? false,
    ignored: request.ignored ?? false,
  };
}

/** Limits of a request lower the agent's own, and never lift them. */
function lower(asked: number | undefined, most: number): number {
  return asked === undefined ? most : Math.min(Math.max(1, asked), most);
}

/** Of files that hold a token or a journal: another name of one is no way to read it. */
async function secretInodes({ run, journal }: FileRules): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  for (const dir of [run, journal]) {
    for (const name of await readdir(dir).catch(() => [] as string[])) {
      const found = await lstat(path.join(dir, name)).catch(() => null);
      if (found) inodes.add(inodeOf(found));
    }
  }
  return inodes;
}
