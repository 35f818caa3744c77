import type { WorkspaceId } from '@shared/model/ids.ts';
import { useStore } from 'zustand';
import { FamilyDock } from '../features/approvals/ask-dock.tsx';
import { Inbox } from '../features/approvals/inbox.tsx';
import { TrustCard } from '../features/approvals/trust-card.tsx';
import { ChooseChat } from '../features/chats/choose-chat.tsx';
import { Composer } from '../features/composer/composer.tsx';
import { NewChat } from '../features/composer/new-chat.tsx';
import { QueueList } from '../features/composer/queue-list.tsx';
import { Conversation } from '../features/conversation/conversation.tsx';
import { SearchView } from '../features/search/search-view.tsx';
import { PlacePanel } from '../features/workspaces/place-panel.tsx';
import type { ChatSession } from '../state/live.ts';
import type { Route, Side } from '../state/nav.ts';
import { openChatStore } from '../state/open-chat.ts';
import { ErrorBoundary } from '../ui/error-boundary.tsx';

interface PaneProps {
  readonly route: Route;
  readonly side: Side;
}

/** What a pane shows: the inbox, a new chat, an open one. */
export function Pane({ route, side }: PaneProps) {
  const session = useStore(openChatStore, (s) => s[side]);
  return (
    <ErrorBoundary key={`${route.view}${session?.chatId ?? ''}`} what="This pane">
      {route.view === 'inbox' && <Inbox />}
      {route.view === 'search' && <SearchView text={route.text} />}
      {route.view === 'choose' && <ChooseChat />}
      {route.view === 'new' && <NewChat route={route} notice={(id) => <PlaceNotices workspaceId={id} />} />}
      {route.view === 'chat' && session && <ChatPane key={session.chatId} session={session} />}
    </ErrorBoundary>
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
