import type { WorkspaceId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { focusTaken, setTitle, terminalsStore } from '../../state/terminals.ts';
import { toast } from '../../state/toasts.ts';
import { LinkContext } from '../../ui/markdown.tsx';
import type { Screen } from './screen.ts';
import { loadScreen } from './screens.ts';

interface TerminalViewProps {
  readonly workspaceId: WorkspaceId;
  readonly terminal: TerminalSummary;
  readonly name: string;
  /** Whether its machine can be reached now. */
  readonly reachable: boolean;
  readonly onLeave: () => void;
}

/** One terminal. Mounted anew for another one; its screen is kept by itself. */
export function TerminalView({ workspaceId, terminal, name, reachable, onLeave }: TerminalViewProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [screen, setScreen] = useState<Screen | null>(null);
  const wantsFocus = useStore(terminalsStore, (s) => s.focus === terminal.id);
  const ask = useContext(LinkContext);
  const now = useRef({ terminal, ask, onLeave });
  useLayoutEffect(() => {
    now.current = { terminal, ask, onLeave };
  });
  const { id, cols, rows } = terminal;

  useEffect(() => {
    const one = { workspaceId, terminalId: id };
    const on = {
      onInput: (bytes: Uint8Array<ArrayBuffer>) => void type(one, bytes),
      onSize: (size: { cols: number; rows: number }) => void call('terminal.resize', { ...one, ...size }),
      onTitle: (title: string) => setTitle(id, title),
      onLink: (url: string) => now.current.ask(url),
      onLeave: () => now.current.onLeave(),
    };
    let shown: Screen | null = null;
    let wanted = true;
    const fresh = terminalsStore.getState().fresh.has(id);
    void loadScreen({ workspaceId, terminal: now.current.terminal, fresh }).then((loaded) => {
      if (!wanted || !frame.current) return;
      shown = loaded;
      loaded.attach(frame.current, on);
      setScreen(loaded);
    });
    return () => {
      wanted = false;
      shown?.detach();
      setScreen(null);
    };
  }, [workspaceId, id]);
  const enabled = reachable && terminal.state === 'running';
  useEffect(() => screen?.setEnabled(enabled), [screen, enabled]);
  useEffect(() => screen?.setSize({ cols, rows }), [screen, cols, rows]);
  const label = `Terminal ${name}. Ctrl+Shift+Escape leaves it`;
  useEffect(() => screen?.setLabel(label), [screen, label]);
  useEffect(() => {
    if (!screen || !wantsFocus) return;
    screen.focus();
    focusTaken();
  }, [screen, wantsFocus]);
  return <div ref={frame} className="screen-frame" />;
}

async function type(
  one: { readonly workspaceId: WorkspaceId; readonly terminalId: TerminalSummary['id'] },
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const answer = await call('terminal.input', { ...one, bytes });
  // The row says by itself that it has ended.
  if (!answer.ok && answer.error.code !== 'ended') toast(answer.error.message);
}
