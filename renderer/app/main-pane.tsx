import type { WorkspaceId } from '@shared/model/ids.ts';
import { useStore } from 'zustand';
import { FamilyDock } from '../features/approvals/ask-dock.tsx';
import { Inbox } from '../features/approvals/inbox.tsx';
import { TrustCard } from '../features/approvals/trust-card.tsx';
import { Composer } from '../features/composer/composer.tsx';
import { NewChat } from '../features/composer/new-chat.tsx';
import { QueueList } from '../features/composer/queue-list.tsx';
import { Conversation } from '../features/conversation/conversation.tsx';
import { PlacePanel } from '../features/workspaces/place-panel.tsx';
import type { ChatSession } from '../state/live.ts';
import { navStore } from '../state/nav.ts';
import { openChatStore } from '../state/open-chat.ts';
import { ErrorBoundary } from '../ui/error-boundary.tsx';

export function MainPane() {
  const view = useStore(navStore, (s) => s.route.view);
  const session = useStore(openChatStore, (s) => s.session);
  return (
    <main className="conv">
      <ErrorBoundary key={`${view}${session?.chatId ?? ''}`} what="This pane">
        {view === 'inbox' && <Inbox />}
        {view === 'new' && <NewChat notice={(id) => <PlaceNotices workspaceId={id} />} />}
        {view === 'chat' && session && <ChatPane key={session.chatId} session={session} />}
      </ErrorBoundary>
    </main>
  );
}

function PlaceNotices({ workspaceId }: { readonly workspaceId: WorkspaceId | null }) {
  return (
    <>
      <PlacePanel workspaceId={workspaceId} atRest />
      <TrustCard workspaceId={workspaceId} />
    </>
  );
}

/** Their rows in the timeline tell what their scripts print. */
const PLACE_TOOLS = new Set(['create_workspace', 'start_workspace', 'stop_workspace']);

function ChatPane({ session }: { readonly session: ChatSession }) {
  const ready = useStore(session.store, (s) => s.view !== null && s.failure === null);
  const workspaceId = useStore(session.store, (s) => s.view?.chat.workspace_id ?? null);
  const isTold = useStore(session.store, (s) =>
    (s.view?.calls ?? []).some(({ state, tool }) => state === 'dispatched' && PLACE_TOOLS.has(tool)),
  );
  return (
    <>
      <Conversation session={session} />
      {ready && (
        <div className="dock">
          <PlacePanel workspaceId={workspaceId} isTold={isTold} />
          <TrustCard workspaceId={workspaceId} />
          <FamilyDock session={session} />
          <QueueList session={session} />
          <Composer session={session} />
        </div>
      )}
    </>
  );
}
