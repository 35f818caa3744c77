import type { Message } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { Pencil } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { clock } from '../../lib/format.ts';
import { composingStore, startEditing } from '../../state/composing.ts';
import type { ChatSession } from '../../state/live.ts';
import { useSeconds } from '../../state/ticks.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Markdown } from '../../ui/markdown.tsx';

export function textOf(content: readonly Part[]): string {
  return content
    .map((p) => (p.type === 'text' ? p.text : ''))
    .filter((t) => t !== '')
    .join('\n\n');
}

export const UserRow = memo((props: { readonly session: ChatSession; readonly message: Message }) => {
  const { session, message } = props;
  const now = useSeconds(false);
  const text = textOf(message.content);
  const files = message.content.filter((p) => p.type === 'file' || p.type === 'file-reference');
  const edit = () => {
    const { view } = session.store.getState();
    const after = view?.messages.filter((m) => m.id > message.id && m.role !== 'tool').length ?? 0;
    startEditing({ kind: 'message', chatId: session.chatId, messageId: message.id, text, dropped: after });
  };
  return (
    <div className="you-row">
      <div className="row-tools">
        <time className="faint" dateTime={message.created_at}>
          {clock(message.created_at, now)}
        </time>
        <CopyButton text={text} label="Copy message" />
        <button
          type="button"
          className="mini"
          aria-label="Edit message"
          title="Edit message"
          onClick={edit}
        >
          <Pencil className="i s" aria-hidden="true" />
        </button>
      </div>
      <div className="you">
        {text}
        {files.map((f, i) => (
          <div key={i} className="chip">
            {f.type === 'file' ? (f.name ?? f.media_type) : `${f.file_name}:${f.start_line}–${f.end_line}`}
          </div>
        ))}
      </div>
    </div>
  );
});
UserRow.displayName = 'UserRow';

interface AgentRowProps {
  readonly message: Message;
  readonly parts: readonly Part[];
}

export const AgentRow = memo(({ message, parts }: AgentRowProps) => {
  const now = useSeconds(false);
  const text = textOf(parts);
  return (
    <div className="agent">
      {parts.map((part, i) => (
        <AgentPart key={i} part={part} />
      ))}
      {text !== '' && (
        <div className="row-tools">
          <CopyButton text={text} label="Copy answer" />
          <time className="faint" dateTime={message.created_at}>
            {clock(message.created_at, now)}
          </time>
        </div>
      )}
    </div>
  );
});
AgentRow.displayName = 'AgentRow';

function AgentPart({ part }: { readonly part: Part }) {
  switch (part.type) {
    case 'text':
      return (
        <div className="prose">
          <Markdown text={part.text} />
        </div>
      );
    case 'source':
      return <div className="meta">{part.title ?? part.url}</div>;
    case 'file':
      return <div className="chip">{part.name ?? part.media_type}</div>;
    case 'file-reference':
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return null;
  }
}

/** Rows after a message that is being rewritten stand dimmed: sending drops them. */
export function useEditedFrom(session: ChatSession): number {
  return useStore(composingStore, (s) =>
    s.editing?.kind === 'message' && s.editing.chatId === session.chatId ? s.editing.messageId : Infinity,
  );
}
