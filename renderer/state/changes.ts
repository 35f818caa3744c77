import type { ChangeList, Changes, ChangesBase, FileDiff } from '@shared/contract/changes.ts';
import type { WorkspaceId } from '@shared/model/ids.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import type { Feed } from '../lib/feed-loop.ts';
import type { LineComment } from './review.ts';

/** The diff of the file that is shown. */
export interface ShownDiff {
  readonly path: string;
  /** Of the list that it was asked for. */
  readonly stamp: string;
  readonly context: number;
  /** Null until it is there. */
  readonly value: FileDiff | null;
  readonly failure: string | null;
}

export interface ChangesState {
  readonly base: ChangesBase;
  /** Null until it is known. */
  readonly changes: Changes | null;
  /** The path of the file that is shown. */
  readonly selected: string | null;
  /** The row of the tree that the keys act on. */
  readonly active: string | null;
  readonly closed: ReadonlySet<string>;
  readonly diff: ShownDiff | null;
  /** The gaps of it that were opened. */
  readonly opened: ReadonlySet<string>;
  /** The comment that is being written; one without text is new. */
  readonly draft: LineComment | null;
}

/** What differs in one workspace, and where the person is in it, followed while it is looked at. */
export interface ChangesSession {
  readonly store: StoreApi<ChangesState>;
  /** Follows until the answer is called. */
  follow(): () => void;
  setBase(base: ChangesBase): void;
  select(path: string): void;
  setActive(path: string): void;
  setClosed(path: string, closed: boolean): void;
  openGap(key: string): void;
  /** All of the file, as far as it can be had. */
  setWhole(whole: boolean): void;
  write(draft: LineComment | null): void;
}

const SMALL_CONTEXT = 3;
/** As much as the agent gives. */
export const FULL_CONTEXT = 1_000;

/** Among the gaps that were opened: every one. */
export const ALL = 'all';

const sessions = new Map<WorkspaceId, ChangesSession>();

export function changesOf(workspaceId: WorkspaceId): ChangesSession {
  const known = sessions.get(workspaceId);
  if (known) return known;
  const session = createSession(workspaceId);
  sessions.set(workspaceId, session);
  return session;
}

/** The file to show: the one that was chosen, or else the first. */
export function shownFile({ files }: ChangeList, selected: string | null): string | null {
  return files.find(({ path }) => path === selected)?.path ?? files[0]?.path ?? null;
}

function createSession(workspaceId: WorkspaceId): ChangesSession {
  const store = createStore<ChangesState>(() => ({
    base: { kind: 'head' },
    changes: null,
    selected: null,
    active: null,
    closed: new Set(),
    diff: null,
    opened: new Set(),
    draft: null,
  }));
  const load = createLoad(workspaceId, store);
  let feed: Feed | null = null;
  const onEvents = (events: readonly Changes[]) => {
    const changes = events.at(-1);
    if (!changes) return;
    const { selected, active } = store.getState();
    const shown = changes.kind === 'changes' ? shownFile(changes, selected) : null;
    store.setState({ changes, selected: shown, active: active ?? shown });
    load(false);
  };
  return {
    store,
    follow() {
      const own = watchFeed('changes.watch', () => ({ workspaceId, base: store.getState().base }), {
        onEvents,
      });
      feed = own;
      return () => {
        own.close();
        if (feed === own) feed = null;
      };
    },
    setBase(base) {
      store.setState({ base, changes: null, diff: null, opened: new Set() });
      feed?.reopen();
    },
    select(path) {
      store.setState({ selected: path, active: path });
      load(false);
    },
    setActive: (active) => store.setState({ active }),
    setClosed(path, isClosed) {
      const closed = new Set(store.getState().closed);
      if (isClosed) closed.add(path);
      else closed.delete(path);
      store.setState({ closed });
    },
    openGap(key) {
      store.setState(({ opened }) => ({ opened: new Set(opened).add(key) }));
      load(true);
    },
    setWhole(whole) {
      store.setState({ opened: new Set(whole ? [ALL] : []) });
      if (whole) load(true);
    },
    write: (draft) => store.setState({ draft }),
  };
}

/** Asks for the diff of what is selected, unless it is there; an answer to what is no longer wanted is passed over. */
function createLoad(workspaceId: WorkspaceId, store: StoreApi<ChangesState>): (full: boolean) => void {
  let turn = 0;
  return (full) => {
    const { changes, selected, diff } = store.getState();
    const file = changes?.kind === 'changes' && changes.files.find(({ path }) => path === selected);
    if (!file) {
      turn += 1;
      store.setState({ diff: null });
      return;
    }
    const { path, from, stamp } = file;
    const isSame = diff?.path === path;
    const context = full || (isSame && diff.context > SMALL_CONTEXT) ? FULL_CONTEXT : SMALL_CONTEXT;
    if (isSame && diff.stamp === stamp && diff.context >= context && diff.failure === null) return;
    const own = ++turn;
    // What is on the screen stays until there is something newer.
    if (!isSame) {
      store.setState({
        diff: { path, stamp, context, value: null, failure: null },
        opened: new Set(),
      });
    }
    void call('changes.diff', { workspaceId, base: changes.base.id, path, from, context }).then(
      (answer) => {
        if (own !== turn) return;
        const seen = answer.ok
          ? { value: answer.value, failure: null }
          : { value: null, failure: answer.error.message };
        store.setState({ diff: { path, stamp, context, ...seen } });
      },
    );
  };
}

const KEY = 'gaffer.changes.layout';

export const layoutStore = createStore<{ readonly layout: 'unified' | 'split' }>(() => ({
  layout:
    typeof localStorage !== 'undefined' && localStorage.getItem(KEY) === 'split' ? 'split' : 'unified',
}));

export function setLayout(layout: 'unified' | 'split'): void {
  layoutStore.setState({ layout });
  localStorage.setItem(KEY, layout);
}
