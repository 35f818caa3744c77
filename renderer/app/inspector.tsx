import { type KeyboardEvent, type ReactNode, useRef, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../state/chats.ts';
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
  if (!shown || view === 'inbox' || view === 'choose') return null;
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
  const max = widestIn(useWindowWidth(), roomy);
  const width = Math.min(dragged ?? kept, max);
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
  return (
    <>
      <Tabs label="Inspector" tabs={inspectorTabs} chosen={tab.id} onChoose={chooseTab} />
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
