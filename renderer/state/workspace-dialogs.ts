import type { WorkspaceId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';

/** What is asked about workspaces, over whatever is open. */
export type WorkspaceDialog =
  /** `from`: where the person is, which a template may begin with. */
  | { readonly kind: 'create'; readonly from: WorkspaceId | null }
  | { readonly kind: 'output'; readonly workspaceId: WorkspaceId }
  | { readonly kind: 'remove'; readonly workspaceId: WorkspaceId };

export const workspaceDialogStore = createStore<{ readonly dialog: WorkspaceDialog | null }>(() => ({
  dialog: null,
}));

export function showWorkspaceDialog(dialog: WorkspaceDialog | null): void {
  workspaceDialogStore.setState({ dialog });
}
