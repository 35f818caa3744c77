import { Square } from 'lucide-react';
import { useEffect } from 'react';
import { plural } from '../../lib/format.ts';
import type { ChatSession } from '../../state/live.ts';
import { useAttention } from '../../state/pane.ts';
import { stopTree } from '../../state/stop.ts';
import { Button } from '../../ui/button.tsx';

/** Ctrl/Cmd+. stops from anywhere in the window; of two chats the one with the attention. */
export function useStopKey(session: ChatSession, active: boolean): void {
  const attention = useAttention();
  useEffect(() => {
    if (!active || !attention) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '.' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void stopTree(session);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [session, active, attention]);
}

interface StopButtonProps {
  readonly session: ChatSession;
  readonly agents: number;
  readonly queued: number;
}

/** Stops the chat with all agents that it started. */
export function StopButton({ session, agents, queued }: StopButtonProps) {
  const label = agents > 0 ? 'Stop all' : 'Stop';
  const notes = [
    ...(agents > 0 ? [plural(agents, 'agent')] : []),
    ...(queued > 0 ? [queuedNext(queued)] : []),
  ].join(', ');
  return (
    <Button
      keys={notes === '' ? 'Ctrl .' : undefined}
      aria-label={label}
      title={notes === '' ? `${label} · Ctrl .` : `${label} (${notes}) · Ctrl .`}
      onClick={() => void stopTree(session)}
    >
      <Square className="i s" aria-hidden="true" />
      <span>
        {label}
        {notes !== '' && <span className="wide-only stop-next"> ({notes})</span>}
      </span>
    </Button>
  );
}

function queuedNext(n: number): string {
  return n === 1 ? '1 queued runs next' : `${n} queued run next`;
}
