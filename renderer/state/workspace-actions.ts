import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { call } from '../lib/bridge.ts';
import { toast } from './toasts.ts';
import { showWorkspaceDialog } from './workspace-dialogs.ts';

/** One that its row lets happen now. */
type Change = 'cancel' | 'retry' | 'start' | 'stop';

/** Asked of its machine; what comes of it, the list of workspaces tells. */
export async function changeWorkspace({ id }: Pick<WorkspaceSummary, 'id'>, change: Change): Promise<void> {
  const answer = await call(`workspaces.${change}`, { workspaceId: id });
  if (!answer.ok) toast(answer.error.message);
}

export interface PlaceAction {
  readonly label: string;
  readonly run: () => void;
}

/** What can be done with a workspace now, as menus and Details offer it. */
export function placeActions(place: WorkspaceSummary): readonly PlaceAction[] {
  const { id: workspaceId, actions, made } = place;
  const can = (change: Change, label: string): readonly PlaceAction[] =>
    actions.includes(change) ? [{ label, run: () => void changeWorkspace(place, change) }] : [];
  return [
    ...can('cancel', 'Cancel'),
    ...can('retry', 'Try again'),
    ...can('start', 'Start'),
    ...can('stop', 'Stop'),
    ...(made
      ? [{ label: 'Show output', run: () => showWorkspaceDialog({ kind: 'output', workspaceId }) }]
      : []),
    ...(actions.includes('remove')
      ? [
          {
            label: removeLabel(place),
            run: () => showWorkspaceDialog({ kind: 'remove', workspaceId }),
          },
        ]
      : []),
  ];
}

/** A directory that Gaffer did not make is only forgotten. */
export function removeLabel({ made }: Pick<WorkspaceSummary, 'made'>): string {
  return made ? 'Remove workspace…' : 'Remove from Gaffer…';
}
