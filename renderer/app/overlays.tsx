import { useStore } from 'zustand';
import { HostDialogs } from '../features/hosts/host-dialogs.tsx';
import { QuitQuestion } from '../features/quit/quit-question.tsx';
import { Settings } from '../features/settings/settings.tsx';
import { Toasts } from '../features/toasts/toasts.tsx';
import { WorkspaceDialogs } from '../features/workspaces/workspace-dialogs.tsx';
import { navStore } from '../state/nav.ts';

/** What lies over the panes, whichever they are. */
export function Overlays() {
  const part = useStore(navStore, (s) => s.settings);
  return (
    <>
      {part && <Settings part={part} />}
      <WorkspaceDialogs />
      <HostDialogs />
      <QuitQuestion />
      <Toasts />
    </>
  );
}
