import type { ChatId } from '@shared/model/ids.ts';
import { Maximize2, Minimize2 } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useRef, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../state/chats.ts';
import { type GitState, gitStore } from '../state/git.ts';
import {
  chooseTab,
  FIRST_WIDTH,
  type Inspected,
  inspectorStore,
  isShown,
  MIN_WIDTH,
  ROOMY,
  setInspectorWidth,
  showInspector,
  widestIn,
} from '../state/inspector.ts';
import { focusMessage, navStore } from '../state/nav.ts';
import { sidebarStore } from '../state/sidebar.ts';
import { IconButton } from '../ui/button.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { ResizeHandle } from '../ui/resize-handle.tsx';
import { panelId, Tabs, tabId } from '../ui/tabs.tsx';
import { useFocusAfter } from '../ui/use-focus-after.ts';
import { useMedia } from '../ui/use-media.ts';
import { inspectorTabs } from './inspector-tabs.ts';

/** The pane on the right, about what the main pane shows. The inbox is about no single chat and has none. */
export function Inspector() {
  const roomy = useMedia(ROOMY);
  const shown = useStore(inspectorStore, (s) => isShown(s, roomy));
  const view = useStore(navStore, (s) => s.route.view);
  if (!shown || view === 'inbox' || view === 'search' || view === 'choose') return null;
  return (
    <Frame roomy={roomy}>
      <Content />
    </Frame>
  );
}

/** Edge, width and what Esc does. Its content is not drawn again while it is dragged. */
function Frame({ roomy, children }: { readonly roomy: boolean; readonly children: ReactNode }) {
  const kept = useStore(inspectorStore, (s) => s.width);
  const [dragged, setDragged] = useState<number | null>(null);
  const sidebar = useStore(sidebarStore, (s) => (s.hidden ? 0 : s.width));
  const max = widestIn(useWindowWidth(), roomy, sidebar);
  const wide = useStore(inspectorStore, (s) => s.wide);
  const width = wide && dragged === null ? max : Math.min(dragged ?? kept, max);
  const ref = useRef<HTMLElement>(null);
  useFocusAfter(ref, focusMessage);
  const onKeyDown = (event: KeyboardEvent) => {
    if (roomy || event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    showInspector(false);
  };
  return (
    <aside
      ref={ref}
      className={`insp ${roomy ? '' : 'over'}`}
      aria-label="Inspector"
      style={{ width }}
      onKeyDown={onKeyDown}
    >
      <ResizeHandle
        label="Resize inspector"
        width={width}
        min={MIN_WIDTH}
        max={max}
        onDrag={setDragged}
        onResize={setInspectorWidth}
        onReset={() => setInspectorWidth(FIRST_WIDTH)}
      />
      {children}
    </aside>
  );
}

function Content() {
  const chosen = useStore(inspectorStore, (s) => s.tab);
  const tab = inspectorTabs.find(({ id }) => id === chosen) ?? inspectorTabs[0];
  const inspected = useInspected();
  const { Pane } = tab;
  const changed = useStore(gitStore, (s) => countOf(s, inspected.chatId));
  const tabs = inspectorTabs.map((one) => (one.id === 'changes' ? { ...one, count: changed } : one));
  return (
    <>
      <div className="insp-head">
        <Tabs label="Inspector" tabs={tabs} chosen={tab.id} onChoose={chooseTab} />
        <WidenButton />
      </div>
      <div
        key={tab.id}
        id={panelId(tab.id)}
        className="insp-pane"
        role="tabpanel"
        aria-labelledby={tabId(tab.id)}
      >
        <ErrorBoundary key={`${inspected.chatId} ${inspected.workspaceId}`} what={tab.label}>
          <Pane {...inspected} />
        </ErrorBoundary>
      </div>
    </>
  );
}

/** For a diff or a terminal that wants room; once more gives back the width that was chosen. */
function WidenButton() {
  const wide = useStore(inspectorStore, (s) => s.wide);
  const Icon = wide ? Minimize2 : Maximize2;
  return (
    <IconButton
      label="Widen inspector"
      aria-pressed={wide}
      onClick={() => inspectorStore.setState({ wide: !wide })}
    >
      <Icon className="i s" aria-hidden="true" />
    </IconButton>
  );
}

/** Files that differ from what is committed, as far as is known of the chat. */
function countOf({ statuses }: GitState, chatId: ChatId | null): number {
  return (chatId && statuses.get(chatId)?.changed_files) || 0;
}

function useInspected(): Inspected {
  const route = useStore(navStore, (s) => s.route);
  const chatId = route.view === 'chat' ? route.chatId : null;
  const ofChat = useStore(chatsStore, (s) => (chatId ? (findChat(s, chatId)?.workspace_id ?? null) : null));
  return { chatId, workspaceId: route.view === 'new' ? route.workspaceId : ofChat };
}

function useWindowWidth(): number {
  return useSyncExternalStore(onResize, () => window.innerWidth);
}

function onResize(run: () => void): () => void {
  window.addEventListener('resize', run);
  return () => window.removeEventListener('resize', run);
}
