import { useCallback, useState } from 'react';
import { useStore } from 'zustand';
import { Sidebar } from '../features/chats/sidebar.tsx';
import { call } from '../lib/bridge.ts';
import { appStore, startApp } from '../state/app.ts';
import { navStore, setDrawer } from '../state/nav.ts';
import { sidebarStore } from '../state/sidebar.ts';
import { toast } from '../state/toasts.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { LinkQuestion } from '../ui/link-question.tsx';
import { LinkContext } from '../ui/markdown.tsx';
import { Inspector } from './inspector.tsx';
import { MainPane } from './main-pane.tsx';
import { Overlays } from './overlays.tsx';
import { usePresence } from './presence.ts';
import { usePlatformMark, useTheme } from './theme.ts';
import { TitleBar } from './title-bar.tsx';
import { useShortcuts } from './use-shortcuts.ts';

export function App() {
  const ready = useStore(appStore, (s) => s.info !== null);
  const failure = useStore(appStore, (s) => s.failure);
  useTheme();
  usePlatformMark();
  if (failure) {
    return (
      <Empty text={failure}>
        <Button onClick={() => void startApp()}>Try again</Button>
      </Empty>
    );
  }
  return <Shell ready={ready} />;
}

/** Before the daemon answers, the last-known tree is all there is to see. */
function Shell({ ready }: { readonly ready: boolean }) {
  const drawer = useStore(navStore, (s) => s.drawer);
  const hidden = useStore(sidebarStore, (s) => s.hidden);
  const [link, setLink] = useState<string | null>(null);
  useShortcuts();
  usePresence();
  const openLink = useCallback(async (url: string) => {
    setLink(null);
    const answer = await call('app.openExternal', { url });
    if (!answer.ok) toast(answer.error.message);
  }, []);
  return (
    <LinkContext value={setLink}>
      <div className={`app ${drawer ? 'drawer' : ''} ${hidden ? 'no-side' : ''}`}>
        <TitleBar />
        <ErrorBoundary what="The list of chats">
          <Sidebar />
        </ErrorBoundary>
        {drawer && (
          <button
            type="button"
            className="scrim"
            aria-label="Close the list of chats"
            onClick={() => setDrawer(false)}
          />
        )}
        {ready ? <MainPane /> : <main className="conv" aria-busy="true" />}
        <Inspector />
      </div>
      {link !== null && (
        <LinkQuestion url={link} onOpen={() => void openLink(link)} onClose={() => setLink(null)} />
      )}
      <Overlays />
    </LinkContext>
  );
}
