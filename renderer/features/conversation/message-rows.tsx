import type { Message } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { GitFork, Pencil } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { clock, dollars, tokens } from '../../lib/format.ts';
import { composingStore, editMessage } from '../../state/composing.ts';
import { forkChat } from '../../state/fork.ts';
import type { ChatSession } from '../../state/live.ts';
import { useSeconds } from '../../state/ticks.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { FORK, textOf } from './row-actions.ts';
import type { Row } from './rows.ts';
import { isCited, ModelImage, Sources } from './sources.tsx';
import { UserFiles } from './user-files.tsx';

interface UserRowProps {
  readonly session: ChatSession;
  readonly row: Row & { kind: 'user' };
}

export const UserRow = memo(({ session, row: { message } }: UserRowProps) => {
  const archived = useStore(session.store, (s) => s.view?.chat.archived ?? false);
  const text = textOf(message.content);
  const references = message.content.filter((p) => p.type === 'file-reference');
  return (
    <div className="you-row">
      <div className="row-tools">
        <Stamp at={message.created_at} />
        <CopyButton text={text} label="Copy message" />
        {!archived && (
          <button
            type="button"
            className="mini"
            aria-label="Edit message"
            title="Edit message"
            onClick={() => void editMessage(session, message)}
          >
            <Pencil className="i s" aria-hidden="true" />
          </button>
        )}
        <ForkButton
          title="Fork: a new chat that answers this again"
          onFork={() => void forkChat(session.chatId, message.id)}
        />
      </div>
      <div className="you">
        {text}
        {references.map((f, i) => (
          <div key={i} className="chip">
            {`${f.file_name}:${f.start_line}–${f.end_line}`}
          </div>
        ))}
        <UserFiles content={message.content} />
      </div>
    </div>
  );
});
UserRow.displayName = 'UserRow';

interface AgentRowProps {
  readonly session: ChatSession;
  readonly row: Row & { kind: 'agent' };
}

export const AgentRow = memo(({ session, row: { message, parts } }: AgentRowProps) => {
  const text = textOf(parts);
  return (
    <div className="agent">
      {parts.map((part, i) => (
        <AgentPart key={i} part={part} />
      ))}
      {parts.some(isCited) && <Sources parts={parts} />}
      <div className="row-tools">
        {text !== '' && <CopyButton text={text} label="Copy answer" />}
        <ForkButton
          title="Fork: a new chat that goes on from here"
          onFork={() => void forkChat(session.chatId, message.id)}
        />
        <Stamp at={message.created_at} />
        <MessageCost message={message} />
      </div>
    </div>
  );
});
AgentRow.displayName = 'AgentRow';

function Stamp({ at }: { readonly at: string }) {
  const now = useSeconds(false);
  return (
    <time className="faint" dateTime={at} title={new Date(at).toLocaleString()}>
      {clock(at, now)}
    </time>
  );
}

function ForkButton({ title, onFork }: { readonly title: string; readonly onFork: () => void }) {
  return (
    <button type="button" className="mini" aria-label={FORK} title={title} onClick={onFork}>
      <GitFork className="i s" aria-hidden="true" />
    </button>
  );
}

/** What this answer cost, with the tokens that it is made of. Nothing for what is free. */
function MessageCost({ message }: { readonly message: Message }) {
  const { cost_micros: micros, usage } = message;
  if (!micros) return null;
  const cached = usage?.cache_read_tokens ?? 0;
  const read = (usage?.input_tokens ?? 0) + cached + (usage?.cache_creation_tokens ?? 0);
  const parts = [
    `${tokens(read)} tokens in`,
    ...(cached > 0 ? [`${tokens(cached)} of them cached`] : []),
    `${tokens(usage?.output_tokens ?? 0)} out`,
  ];
  return (
    <span className="faint num" title={parts.join(', ')}>
      {dollars(micros)}
    </span>
  );
}

function AgentPart({ part }: { readonly part: Part }) {
  switch (part.type) {
    case 'text':
      return (
        <div className="prose">
          <Markdown text={part.text} />
        </div>
      );
    case 'file':
      return <ModelImage part={part} />;
    case 'source':
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
