import type { DirectoryListing, FileContent, FilesEvent, FoundFiles } from '@shared/contract/files.ts';
import type { WorkspaceId } from '@shared/model/ids.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import type { Feed } from '../lib/feed-loop.ts';

/** A directory of the tree: what was listed last, and why it could not be listed since. */
export interface Folder {
  readonly listing: DirectoryListing | null;
  readonly failure: string | null;
}

/** The file that is shown. */
export interface OpenedFile {
  readonly path: string;
  /** Null until it is read. */
  readonly content: FileContent | null;
  readonly failure: string | null;
}

/** What the filter found. */
export interface Found {
  readonly paths: readonly string[];
  /** What is to be said about it: that there is more, or why there is nothing. */
  readonly note: string | null;
}

/** Paths are below the workspace's directory, with forward slashes; the empty one is the directory itself. */
export interface Files {
  readonly folders: Readonly<Record<string, Folder>>;
  readonly expanded: ReadonlySet<string>;
  /** The row that the keys act on. */
  readonly active: string | null;
  readonly opened: OpenedFile | null;
  readonly filter: string;
  /** Null: nothing is filtered, or nothing was found yet. */
  readonly found: Found | null;
}

/** The files of one workspace as the person left them, followed while they are looked at. */
export interface FilesSession {
  readonly store: StoreApi<Files>;
  /** Follows what is shown, until the answer is called. */
  follow(): () => void;
  setActive(path: string): void;
  setExpanded(path: string, expanded: boolean): void;
  open(path: string): void;
  close(): void;
  setFilter(text: string): void;
}

/** As many as a feed follows. */
const MOST_FOLLOWED = 100;
const FILTER_MS = 150;

const sessions = new Map<WorkspaceId, FilesSession>();

export function filesOf(workspaceId: WorkspaceId): FilesSession {
  const known = sessions.get(workspaceId);
  if (known) return known;
  const session = createSession(workspaceId);
  sessions.set(workspaceId, session);
  return session;
}

export function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** The directories that are on the screen, and that of the open file; the top first. */
export function followedPaths({ expanded, opened }: Files): readonly string[] {
  const isShown = (path: string): boolean => path === '' || (expanded.has(path) && isShown(parentOf(path)));
  const shown = [...expanded].filter(isShown).toSorted();
  return [...new Set(['', ...(opened ? [parentOf(opened.path)] : []), ...shown])].slice(0, MOST_FOLLOWED);
}

/** A subscription begins with the state of each directory: what is listed already needs no second look. */
export function needsListing(event: FilesEvent, folder: Folder | undefined): boolean {
  if (!event.entries) return false;
  return event.names !== null || folder?.failure != null || folder?.listing?.stamp !== event.stamp;
}

function createSession(workspaceId: WorkspaceId): FilesSession {
  const store = createStore<Files>(() => ({
    folders: {},
    expanded: new Set(),
    active: null,
    opened: null,
    filter: '',
    found: null,
  }));
  const { list, read, onEvent } = createLooks(workspaceId, store);
  let feed: Feed | null = null;
  return {
    store,
    follow() {
      const input = () => ({ workspaceId, paths: [...followedPaths(store.getState())] });
      const own = watchFeed('files.watch', input, { onEvents: (events) => events.forEach(onEvent) });
      feed = own;
      return () => {
        own.close();
        if (feed === own) feed = null;
      };
    },
    setActive: (active) => store.setState({ active }),
    setExpanded(path, isOpen) {
      const expanded = new Set(store.getState().expanded);
      if (isOpen) expanded.add(path);
      else expanded.delete(path);
      store.setState({ expanded });
      if (!isOpen) return;
      // Shown at once; the feed then only says that it is still so.
      list(path);
      feed?.reopen();
    },
    open(path) {
      store.setState({ active: path, opened: { path, content: null, failure: null } });
      read(path);
      feed?.reopen();
    },
    close: () => store.setState({ opened: null }),
    setFilter: createFilter(workspaceId, store),
  };
}

/** Asks when the typing pauses; an answer to what is no longer asked is passed over. */
function createFilter(workspaceId: WorkspaceId, store: StoreApi<Files>): (text: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const find = async (filter: string) => {
    const answer = await call('files.find', { workspaceId, text: filter });
    if (store.getState().filter !== filter) return;
    const found = answer.ok ? foundOf(answer.value) : { paths: [], note: answer.error.message };
    store.setState({ found, active: found.paths[0] ?? null });
  };
  return (filter) => {
    clearTimeout(timer);
    store.setState({ filter, ...(filter.trim() === '' ? { found: null } : {}) });
    if (filter.trim() !== '') timer = setTimeout(() => void find(filter), FILTER_MS);
  };
}

export function foundOf({ paths, cut }: FoundFiles): Found {
  if (cut === 'count') return { paths, note: `Only the ${paths.length} newest of more are shown` };
  if (cut === 'time') return { paths, note: 'There may be more: the search took too long' };
  return { paths, note: paths.length === 0 ? 'No file matches' : null };
}

/** Looks at directories and at the open file, and keeps what was seen. */
function createLooks(workspaceId: WorkspaceId, store: StoreApi<Files>) {
  const setFolder = (path: string, change: Partial<Folder>) =>
    store.setState(({ folders }) => ({
      folders: {
        ...folders,
        [path]: { ...(folders[path] ?? { listing: null, failure: null }), ...change },
      },
    }));
  const list = joined(async (path) => {
    const answer = await call('files.list', { workspaceId, path });
    if (answer.ok) setFolder(path, { listing: answer.value, failure: null });
    else setFolder(path, { failure: answer.error.message });
  });
  const read = joined(async (path) => {
    const answer = await call('files.read', { workspaceId, path });
    if (store.getState().opened?.path !== path) return;
    const seen = answer.ok
      ? { path, content: answer.value, failure: null }
      : { path, content: null, failure: answer.error.message };
    store.setState({ opened: seen });
  });
  const onEvent = (event: FilesEvent) => {
    const { folders, opened } = store.getState();
    if (needsListing(event, folders[event.path])) list(event.path);
    if (!opened || parentOf(opened.path) !== event.path) return;
    const name = opened.path.slice(opened.path.lastIndexOf('/') + 1);
    if (event.names === null || event.names.includes(name)) read(opened.path);
  };
  return { list, read, onEvent };
}

/** One run at a time for each path; what is asked for meanwhile is run once more after it. */
function joined(run: (path: string) => Promise<void>): (path: string) => void {
  const running = new Map<string, { again: boolean }>();
  return (path) => {
    const now = running.get(path);
    if (now) {
      now.again = true;
      return;
    }
    const own = { again: false };
    running.set(path, own);
    void (async () => {
      do {
        own.again = false;
        await run(path);
      } while (own.again);
      running.delete(path);
    })();
  };
}
