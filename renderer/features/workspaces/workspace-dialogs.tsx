import type { WorkspaceId } from '@shared/model/ids.ts';
import { useStore } from 'zustand';
import { choosePlace, focusMessage } from '../../state/nav.ts';
import { showWorkspaceDialog, workspaceDialogStore } from '../../state/workspace-dialogs.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { CreateWorkspace } from './create-workspace.tsx';
import { OutputDialog } from './output-dialog.tsx';
import { RemoveWorkspace } from './remove-workspace.tsx';

/** What is asked about workspaces, over whatever is open. */
export function WorkspaceDialogs() {
  const dialog = useStore(workspaceDialogStore, (s) => s.dialog);
  const id = dialog && dialog.kind !== 'create' ? dialog.workspaceId : null;
  const place = useStore(workspacesStore, (s) => s.list?.find((one) => one.id === id) ?? null);
  const close = () => showWorkspaceDialog(null);
  if (dialog?.kind === 'create')
    return <CreateWorkspace from={dialog.from} onCreated={workThere} onClose={close} />;
  if (!dialog || !place) return null;
  return dialog.kind === 'output' ? (
    <OutputDialog place={place} onClose={close} />
  ) : (
    <RemoveWorkspace key={place.id} place={place} onClose={close} />
  );
}

/** The new chat works there; its first message can be written while the workspace is being made. */
function workThere(workspaceId: WorkspaceId): void {
  showWorkspaceDialog(null);
  choosePlace(workspaceId);
  focusMessage();
}
