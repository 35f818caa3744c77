import { useLayoutEffect, useState } from 'react';
import { useStore } from 'zustand';
import {
  FIRST_SIDEBAR,
  MAX_SIDEBAR,
  MIN_SIDEBAR,
  setSidebarWidth,
  sidebarStore,
} from '../../state/sidebar.ts';
import { ResizeHandle } from '../../ui/resize-handle.tsx';

/** The right edge of the sidebar. The layout reads the width from the page, so that nothing is drawn again for it. */
export function SidebarEdge() {
  const kept = useStore(sidebarStore, (s) => s.width);
  const [dragged, setDragged] = useState<number | null>(null);
  const width = dragged ?? kept;
  useLayoutEffect(() => {
    document.documentElement.style.setProperty('--side', `${width}px`);
  }, [width]);
  return (
    <ResizeHandle
      label="Resize sidebar"
      edge="right"
      width={width}
      min={MIN_SIDEBAR}
      max={MAX_SIDEBAR}
      onDrag={setDragged}
      onResize={setSidebarWidth}
      onReset={() => setSidebarWidth(FIRST_SIDEBAR)}
    />
  );
}
