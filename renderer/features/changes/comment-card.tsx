import { Pencil, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { LineComment } from '../../state/review.ts';
import { Button, IconButton } from '../../ui/button.tsx';

export function placeOf({ from, to, side }: LineComment): string {
  return `${from === to ? `line ${from}` : `lines ${from}–${to}`}${side === 'old' ? ', before' : ''}`;
}

interface CardProps {
  readonly comment: LineComment;
  readonly outdated: boolean;
  readonly quoted: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

/** What was said of some lines, below them. */
export function CommentCard({ comment, outdated, quoted, onEdit, onRemove }: CardProps) {
  return (
    <div className="note-card" role="group" aria-label={`Comment on ${placeOf(comment)}`}>
      <p>{comment.text}</p>
      <div className="note-foot">
        <span>{placeOf(comment)}</span>
        {outdated && <span title="The lines have changed since">outdated</span>}
        {quoted && <span>in the message</span>}
        <span className="end btns">
          <IconButton label="Edit comment" className="mini" onClick={onEdit}>
            <Pencil className="i xs" aria-hidden="true" />
          </IconButton>
          <IconButton label="Remove comment" className="mini" onClick={onRemove}>
            <X className="i xs" aria-hidden="true" />
          </IconButton>
        </span>
      </div>
    </div>
  );
}

interface EditorProps {
  readonly draft: LineComment;
  readonly onText: (text: string) => void;
  readonly onKeep: () => void;
  readonly onCancel: () => void;
}

export function CommentEditor({ draft, onText, onKeep, onCancel }: EditorProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const { current } = box;
    current?.focus({ preventScroll: true });
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed here is not for the rows around; shortcuts of the window are for the window.
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onKeep();
    else return;
    event.preventDefault();
  };
  return (
    <div className="note-card writing" onKeyDown={onKeyDown}>
      <textarea
        ref={box}
        aria-label={`Comment on ${placeOf(draft)}`}
        placeholder={`What about ${placeOf(draft)}?`}
        rows={Math.min(8, Math.max(2, draft.text.split('\n').length))}
        value={draft.text}
        onChange={(event) => onText(event.target.value)}
      />
      <div className="note-foot">
        <span>{placeOf(draft)}</span>
        <span className="end btns">
          <Button look="quiet" onClick={onCancel}>
            Cancel
          </Button>
          <Button keys="Ctrl ⏎" disabled={draft.text.trim() === ''} onClick={onKeep}>
            Comment
          </Button>
        </span>
      </div>
    </div>
  );
}
