import { Pause, Play } from 'lucide-react';
import type { ChatSession } from '../../state/live.ts';
import { pauseQueue } from '../../state/queue.ts';
import { Button, IconButton } from '../../ui/button.tsx';

interface PauseButtonProps {
  readonly session: ChatSession;
  readonly paused: boolean;
}

/** Whether what is queued goes on by itself when the turn ends. */
export function PauseButton({ session, paused }: PauseButtonProps) {
  const set = () => void pauseQueue(session.chatId, !paused);
  if (!paused) {
    return (
      <IconButton label="Pause queue" onClick={set}>
        <Pause className="i s" aria-hidden="true" />
      </IconButton>
    );
  }
  return (
    <Button aria-label="Resume queue" title="Resume queue" onClick={set}>
      <Play className="i s" aria-hidden="true" />
      <span className="wide-only">Resume queue</span>
    </Button>
  );
}
