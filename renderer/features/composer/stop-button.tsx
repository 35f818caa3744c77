import { Square } from 'lucide-react';
import { plural } from '../../lib/format.ts';
import { useShortcut } from '../../state/keymap.ts';
import type { ChatSession } from '../../state/live.ts';
import { stopTree } from '../../state/stop.ts';
import { Button } from '../../ui/button.tsx';

interface StopButtonProps {
  readonly session: ChatSession;
  readonly agents: number;
  readonly queued: number;
}

/** Stops the chat with all agents that it started. */
export function StopButton({ session, agents, queued }: StopButtonProps) {
  const { text: keys, aria } = useShortcut('chat.stop');
  const label = agents > 0 ? 'Stop all' : 'Stop';
  const notes = [
    ...(agents > 0 ? [plural(agents, 'agent')] : []),
    ...(queued > 0 ? [queuedNext(queued)] : []),
  ].join(', ');
  return (
    <Button
      keys={notes === '' ? keys : undefined}
      aria-label={label}
      aria-keyshortcuts={aria}
      title={[notes === '' ? label : `${label} (${notes})`, keys].filter(Boolean).join(' · ')}
      onClick={() => void stopTree(session)}
    >
      <Square className="i s" aria-hidden="true" />
      <span className="stop-word">
        {label}
        {notes !== '' && <span className="wide-only stop-next"> ({notes})</span>}
      </span>
    </Button>
  );
}

function queuedNext(n: number): string {
  return n === 1 ? '1 queued runs next' : `${n} queued run next`;
}
