import type { Message } from '@shared/model/message.ts';
import { ArrowDown } from 'lucide-react';
import { plural } from '../../lib/format.ts';

interface JumpPillProps {
  /** Null: nobody knows; the newest rows are not held. */
  readonly fresh: number | null;
  readonly onJump: () => void;
}

/** The way back to the end, and how much was said there since the reader left it. */
export function JumpPill({ fresh, onJump }: JumpPillProps) {
  const words = fresh !== null && fresh > 0 ? plural(fresh, 'new', 'new') : 'Latest';
  return (
    <button
      type="button"
      className="jump"
      aria-label="Jump to latest"
      title="Jump to latest"
      onClick={onJump}
    >
      <ArrowDown className="i s" aria-hidden="true" />
      {words}
    </button>
  );
}

/** Messages of the person and answers, not what tools gave back: that stands in the rows of their calls. */
export function saidSince(messages: readonly Message[], messageId: number): number {
  return messages.filter((m) => m.id > messageId && m.role !== 'tool' && m.visibility !== 'model').length;
}
