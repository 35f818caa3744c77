import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../state/chats.ts';
import { attend, closePane, navStore, PANE_TITLES, type Route, routesOf, type Side } from '../state/nav.ts';
import { PaneAttention, useAttention } from '../state/pane.ts';
import { EVEN, LEAST_PANE, rememberShare, splitStore } from '../state/split.ts';
import { IconButton } from '../ui/button.tsx';
import { ResizeHandle } from '../ui/resize-handle.tsx';
import { useWidth } from '../ui/use-width.ts';
import { Pane } from './pane.tsx';

const SIDES: readonly Side[] = ['left', 'right'];

/** One pane, or two side by side. Where there is no room for two, the one with the attention. */
export function MainPane() {
  const nav = useStore(navStore);
  const [room, ref] = useWidth();
  const routes = routesOf(nav);
  const isSplit = nav.beside !== null;
  const isRoomy = isSplit && room >= 2 * LEAST_PANE;
  return (
    <main ref={ref} className="panes">
      {SIDES.map((side) => {
        const route = routes[side];
        const attends = side === nav.side;
        if (!route || (isSplit && !isRoomy && !attends)) return null;
        return (
          <PaneAttention key={side} value={attends}>
            <PaneFrame side={side} room={isRoomy ? room : null}>
              {isSplit && <PaneHead route={route} attends={attends} />}
              <Pane route={route} side={side} />
            </PaneFrame>
          </PaneAttention>
        );
      })}
    </main>
  );
}

interface PaneFrameProps {
  readonly side: Side;
  /** For both panes; null: this one has all. */
  readonly room: number | null;
  readonly children: ReactNode;
}

/** The right one of two has a width of its own, and an edge that moves. */
function PaneFrame({ side, room, children }: PaneFrameProps) {
  const isSplit = useStore(navStore, (s) => s.beside !== null);
  const attends = useAttention();
  const [dragged, setDragged] = useState<number | null>(null);
  const share = useStore(splitStore, (s) => s.share);
  const max = (room ?? 0) - LEAST_PANE;
  const width = Math.max(LEAST_PANE, Math.min(max, dragged ?? Math.round((room ?? 0) * share)));
  const isEdged = room !== null && side === 'right';
  return (
    <section
      className={`conv ${isSplit ? 'of-two' : ''} ${attends ? 'attends' : ''}`}
      aria-label={isSplit ? `${side === 'left' ? 'Left' : 'Right'} pane` : undefined}
      style={isEdged ? { width, flex: 'none' } : undefined}
      onPointerDownCapture={() => attend(side)}
      onFocusCapture={() => attend(side)}
    >
      {isEdged && (
        <ResizeHandle
          label="Resize panes"
          width={width}
          min={LEAST_PANE}
          max={max}
          onDrag={setDragged}
          onResize={(to) => rememberShare(to / room)}
          onReset={() => rememberShare(EVEN)}
        />
      )}
      {children}
    </section>
  );
}

/** Which of two chats it is: the title bar is about the one with the attention. */
function PaneHead({ route, attends }: { readonly route: Route; readonly attends: boolean }) {
  const title = useStore(chatsStore, (s) => titleOf(route, (id) => findChat(s, id)?.title));
  return (
    <div className="pane-head">
      <h2 title={title}>{title}</h2>
      <IconButton label="Close pane" onClick={() => closePane(attends ? 'this' : 'other')}>
        <X className="i s" aria-hidden="true" />
      </IconButton>
    </div>
  );
}

function titleOf(
  route: Route,
  chatTitle: (id: Extract<Route, { view: 'chat' }>['chatId']) => string | undefined,
): string {
  if (route.view === 'chat') return chatTitle(route.chatId) ?? '';
  return PANE_TITLES[route.view];
}
