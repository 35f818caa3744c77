import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { CheatSheet } from '../features/cheat-sheet/cheat-sheet.tsx';
import { HostDialogs } from '../features/hosts/host-dialogs.tsx';
import { LinkDialog } from '../features/link/link-dialog.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { QuitQuestion } from '../features/quit/quit-question.tsx';
import { Toasts } from '../features/toasts/toasts.tsx';
import { TransferDialogs } from '../features/transfer/transfer-dialogs.tsx';
import { WorkspaceDialogs } from '../features/workspaces/workspace-dialogs.tsx';
import { navStore } from '../state/nav.ts';
import { overlayStore } from '../state/overlay.ts';

/** Nobody begins with them: their code is read when the window has nothing else to do. */
const load = () => import('../features/settings/settings.tsx');
const Settings = lazy(() => load().then(({ Settings: default_ }) => ({ default: default_ })));
requestIdleCallback(() => void load().catch(() => undefined));

/** What lies over the panes, whichever they are. */
export function Overlays() {
  const part = useStore(navStore, (s) => s.settings);
  const overlay = useStore(overlayStore, (s) => s.overlay);
  return (
    <>
      {part && (
        <Suspense fallback={null}>
          <Settings part={part} />
        </Suspense>
      )}
      {overlay?.kind === 'palette' && <Palette text={overlay.text} />}
      {overlay?.kind === 'cheat-sheet' && <CheatSheet />}
      <TransferDialogs />
      <WorkspaceDialogs />
      <LinkDialog />
      <HostDialogs />
      <QuitQuestion />
      <Toasts />
    </>
  );
}
