import type { OwnerId } from '@shared/model/ids.ts';
import type { madeWorkspaceOperations, NewWorkspace } from '../../db/made-workspaces.ts';
import type { Store } from '../../db/store.ts';

type Operations = typeof madeWorkspaceOperations;
type Args<K extends keyof Operations> = Parameters<Operations[K]['run']>[1];
type Answer<K extends keyof Operations> = ReturnType<Operations[K]['run']>;

type Placed<T> = Omit<T, 'ownerId' | 'machineId'>;

/** What is kept of workspaces that are made: each a guarded transition, of one owner on one computer. */
export interface MadeRecords {
  create(one: Placed<NewWorkspace>): Answer<'createWorkspace'>;
  adopt(one: Placed<Args<'adoptWorkspace'>>): Answer<'adoptWorkspace'>;
  setDirectory(one: Args<'setWorkspaceDirectory'>): Answer<'setWorkspaceDirectory'>;
  again(one: Args<'makeAgain'>): Answer<'makeAgain'>;
  begin(one: Args<'beginScript'>): Answer<'beginScript'>;
  noteRun(one: Args<'noteScriptRun'>): Answer<'noteScriptRun'>;
  end(one: Args<'endScript'>): Answer<'endScript'>;
  setFoundState(one: Args<'setFoundState'>): Answer<'setFoundState'>;
  forget(one: Args<'forgetWorkspace'>): Answer<'forgetWorkspace'>;
  loadKnown(one: Args<'loadKnownWorkspaces'>): Answer<'loadKnownWorkspaces'>;
  countUses(): Answer<'countTemplateUses'>;
}

export function storedMakings(
  store: Pick<Store<Operations>, 'call'>,
  ownerId: OwnerId,
  machineId: string | null,
): MadeRecords {
  const placed = <T extends { readonly hostId: unknown }>(one: T) => ({
    ...one,
    ownerId,
    machineId: one.hostId === null ? machineId : null,
  });
  return {
    create: (one) => store.call('createWorkspace', placed(one)),
    adopt: (one) => store.call('adoptWorkspace', placed(one)),
    setDirectory: (one) => store.call('setWorkspaceDirectory', one),
    again: (one) => store.call('makeAgain', one),
    begin: (one) => store.call('beginScript', one),
    noteRun: (one) => store.call('noteScriptRun', one),
    end: (one) => store.call('endScript', one),
    setFoundState: (one) => store.call('setFoundState', one),
    forget: (one) => store.call('forgetWorkspace', one),
    loadKnown: (one) => store.call('loadKnownWorkspaces', one),
    countUses: () => store.call('countTemplateUses', {}),
  };
}
