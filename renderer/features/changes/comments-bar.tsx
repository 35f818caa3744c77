import type { ChangeList } from '@shared/contract/changes.ts';
import { ChevronDown, ChevronRight, X } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { ChangesSession } from '../../state/changes.ts';
import { composingStore } from '../../state/composing.ts';
import { draftStore } from '../../state/drafts.ts';
import type { Inspected } from '../../state/inspector.ts';
import { changeMessage } from '../../state/mention.ts';
import { type LineComment, quoteOf, type Review, removeComments, withQuotes } from '../../state/review.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { placeOf } from './comment-card.tsx';

interface CommentsBarProps {
  readonly session: ChangesSession;
  readonly list: ChangeList | null;
  readonly chatId: Inspected['chatId'];
  readonly reviewKey: string;
  readonly review: Review;
}

/** What was said of lines and is not sent yet. */
export function CommentsBar({ session, list, chatId, reviewKey, review: { comments } }: CommentsBarProps) {
  const [open, setOpen] = useState(false);
  const message = useMessage(chatId);
  if (comments.length === 0) return null;
  const fresh = comments.filter((comment) => !message.includes(quoteOf(comment)));
  const words = (count: number) => `${count} ${count === 1 ? 'comment' : 'comments'}`;
  const Caret = open ? ChevronDown : ChevronRight;
  return (
    <div className="comments-bar" role="group" aria-label="Comments">
      {open && (
        <ul aria-label="Comments that are not sent">
          {comments.map((comment) => (
            <Item key={comment.id} {...{ comment, session, list, reviewKey }} />
          ))}
        </ul>
      )}
      <div className="comments-foot">
        <button
          type="button"
          className="comments-count"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Caret className="i xs" aria-hidden="true" />
          {words(comments.length)}
        </button>
        {fresh.length > 0 ? (
          <Button
            className="end"
            onClick={() => void changeMessage(chatId, (text) => withQuotes(text, fresh))}
          >
            Add {words(fresh.length)} to message
          </Button>
        ) : (
          <span className="end faint">In the message</span>
        )}
      </div>
    </div>
  );
}

/** What stands in the message box. */
export function useMessage(chatId: Inspected['chatId']): string {
  const editing = useStore(composingStore, (s) => s.editing);
  const draft = useStore(draftStore, (s) => s.texts[chatId ?? 'new'] ?? '');
  return editing && editing.chatId === chatId ? editing.text : draft;
}

interface ItemProps {
  readonly comment: LineComment;
  readonly session: ChangesSession;
  readonly list: ChangeList | null;
  readonly reviewKey: string;
}

function Item({ comment, session, list, reviewKey }: ItemProps) {
  const { path, text, id } = comment;
  const isListed = list?.files.some((file) => file.path === path) ?? false;
  const place = (
    <>
      <span className="mono">
        <Escaped text={path} />
      </span>
      , {placeOf(comment)}
    </>
  );
  return (
    <li>
      <span className="comments-place">
        {isListed ? (
          <button type="button" onClick={() => session.select(path)}>
            {place}
          </button>
        ) : (
          <span>{place} · no longer changed</span>
        )}
        <span className="comments-text">{text}</span>
      </span>
      <IconButton label="Remove comment" className="mini" onClick={() => removeComments(reviewKey, [id])}>
        <X className="i xs" aria-hidden="true" />
      </IconButton>
    </li>
  );
}
