import type { OwnerId, WorkspaceId } from '@shared/model/ids.ts';
import type { Result } from '@shared/util/result.ts';
import type { Store } from '../../db/store.ts';
import type { WorkspaceOperations } from '../../db/workspaces.ts';
import { TemplateShelf } from '../templates/template-shelf.ts';
import { type MadeRecords, storedMakings } from './made-records.ts';
import { makeWorktree, type WorktreeRefusal, type WorktreeRequest } from './make-worktree.ts';
import { type MakerDeps, WorkspaceMaker } from './workspace-maker.ts';

interface MakersDeps extends Omit<MakerDeps, 'records' | 'shelf'> {
  readonly store: Pick<Store<WorkspaceOperations>, 'call'>;
  readonly ownerId: OwnerId;
  readonly machineId: string | null;
  /** Of the person's templates. */
  readonly templatesDir: string;
}

/** Where workspaces are made. */
export interface Makers {
  readonly shelf: TemplateShelf;
  readonly maker: WorkspaceMaker;
  readonly makings: MadeRecords;
  loadHosts: MakerDeps['loadHosts'];
  /** For a chat that works beside another one (CHATD 8.12, isolation). */
  makeWorktree(request: WorktreeRequest): Promise<Result<WorkspaceId, WorktreeRefusal>>;
}

export function createMakers(deps: MakersDeps): Makers {
  const { list, loadHosts } = deps;
  const shelf = new TemplateShelf(deps.templatesDir, deps.log);
  const makings = storedMakings(deps.store, deps.ownerId, deps.machineId);
  const maker = new WorkspaceMaker({ ...deps, shelf, records: makings });
  return {
    shelf,
    maker,
    makings,
    loadHosts,
    makeWorktree: (request) => makeWorktree({ maker, list }, request),
  };
}
