import { Pause, Play } from 'lucide-react';
import type { ChatSession } from '../../state/live.ts';
import { pauseQueue } from '../../state/queue.ts';
import { IconButton } from '../../ui/button.tsx';

interface PauseButtonProps {
  readonly session: ChatSession;
  readonly paused: boolean;
}

/** Whether what is queued goes on by itself when the turn ends. */
export function PauseButton({ session, paused }: PauseButtonProps) {
  const Icon = paused ? Play : Pause;
  return (
    <IconButton
      label={paused ? 'Resume queue' : 'Pause queue'}
      onClick={() => void pauseQueue(session.chatId, !paused)}
    >
      <Icon className="i s" aria-hidden="true" />
    </IconButton>
  );
}
