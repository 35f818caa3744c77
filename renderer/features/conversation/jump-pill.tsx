import type { Message } from '@shared/model/message.ts';
import { ArrowDown } from 'lucide-react';
import { useStore } from 'zustand';
import { plural } from '../../lib/format.ts';
import type { ChatSession } from '../../state/live.ts';

interface JumpPillProps {
  readonly session: ChatSession;
  /** The newest row when the reader left the end. */
  readonly leftAt: number | null;
  readonly onJump: () => void;
}

/** The way back to the end, and how much was said there since; no number where the newest rows are not held. */
export function JumpPill({ session, leftAt, onJump }: JumpPillProps) {
  const fresh = useStore(session.store, ({ view }) =>
    view?.atTail && leftAt !== null ? saidSince(view.messages, leftAt) : 0,
  );
  return (
    <button
      type="button"
      className="jump"
      aria-label="Jump to latest"
      title="Jump to latest"
      onClick={onJump}
    >
      <ArrowDown className="i s" aria-hidden="true" />
      {fresh > 0 ? plural(fresh, 'new', 'new') : 'Latest'}
    </button>
  );
}

/** Messages of the person and answers, not what tools gave back: that stands in the rows of their calls. */
function saidSince(messages: readonly Message[], messageId: number): number {
  return messages.filter((m) => m.id > messageId && m.role !== 'tool' && m.visibility !== 'model').length;
}
