import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/fonts.css';
import './ui/tokens.css';
import './ui/controls.css';
import './app/shell.css';
import './app/inspector.css';
import './features/changes/changes.css';
import './features/chats/chats.css';
import './features/cheat-sheet/cheat-sheet.css';
import './features/conversation/conversation.css';
import './features/composer/composer.css';
import './features/details/details.css';
import './features/files/files.css';
import './features/hosts/hosts.css';
import './features/palette/palette.css';
import './features/search/search.css';
import './features/settings/settings.css';
import './features/terminal/terminal.css';
import './features/workspaces/workspaces.css';
import './ui/contrast.css';
import { App } from './app/app.tsx';
import { appStore, startApp } from './state/app.ts';
import { chatsStore, startChats } from './state/chats.ts';
import { startFirstDiff } from './state/first-diff.ts';
import { startFound } from './state/found.ts';
import { startGit } from './state/git.ts';
import { startHosts } from './state/hosts.ts';
import { keepLastKnown, worthKeeping } from './state/last-known.ts';
import { startModels } from './state/models.ts';
import { startOpenChat } from './state/open-chat.ts';
import { startUsage } from './state/usage.ts';
import { startWorkspaces, workspacesStore } from './state/workspaces.ts';
import { ErrorBoundary } from './ui/error-boundary.tsx';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary what="The window">
        <App />
      </ErrorBoundary>
    </StrictMode>,
  );
  startChats();
  startWorkspaces();
  startHosts();
  startGit();
  startModels();
  startUsage();
  startOpenChat();
  startFound();
  startFirstDiff();
  void startApp();
  keepLastKnown({
    get() {
      const { live } = chatsStore.getState();
      const { list } = workspacesStore.getState();
      const { theme, contrast } = appStore.getState().settings;
      return live && list && { chats: worthKeeping(live.values()), workspaces: list, theme, contrast };
    },
    subscribe(changed) {
      for (const store of [chatsStore, workspacesStore, appStore]) store.subscribe(changed);
    },
  });
}
