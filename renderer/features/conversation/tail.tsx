import type { RetryInfo } from '@shared/model/fault.ts';
import { CircleDashed, Clock, Pause, Square, Unplug } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useStore } from 'zustand';
import { countdown } from '../../lib/format.ts';
import { chatsStore } from '../../state/chats.ts';
import { retryNow } from '../../state/fault-help.ts';
import type { ChatSession } from '../../state/live.ts';
import { secondsLeft } from '../../state/status.ts';
import { stopTree } from '../../state/stop.ts';
import { useSeconds } from '../../state/ticks.ts';
import { announce } from '../../state/toasts.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from './error-card.tsx';
import { LinkLine } from './link-line.tsx';
import { endsUnanswered, tailKind } from './tail-kind.ts';
import { useFailureSaid } from './use-failure-said.ts';

function useTailKind(session: ChatSession) {
  const own = useStore(session.store, (s) => s.lost);
  // A stream that only waits for the database has not ended; the list of chats says that there is none.
  const lost = useStore(chatsStore, (s) => s.lost) || own;
  const status = useStore(session.store, (s) => s.view?.status ?? null);
  const pending = useStore(session.store, (s) => s.view?.pending ?? false);
  const retry = useStore(session.store, (s) => s.view?.retry ?? null);
  const error = useStore(session.store, (s) => s.view?.error ?? null);
  const idle = useStore(session.store, (s) => (s.view?.live.parts.length ?? 0) === 0);
  const brokenOff = useStore(
    session.store,
    ({ view }) =>
      view?.atTail === true &&
      endsUnanswered(view.messages, view.chat.forked_from ? view.chat.created_at : null),
  );
  const workspaceId = useStore(session.store, (s) => s.view?.chat.workspace_id ?? null);
  const place = useStore(workspacesStore, (s) => s.list?.find((w) => w.id === workspaceId) ?? null);
  const link = place?.link ?? null;
  const kind = tailKind({ lost, status, pending, retry, error, idle, link, brokenOff });
  return { kind, retry, error, place };
}

/** What stands after the last row: why it does not go on, and the one action that helps. */
export function Tail({ session }: { readonly session: ChatSession }) {
  const { kind, retry, error, place } = useTailKind(session);
  useFailureSaid(session, kind === 'error' ? error : null);
  switch (kind) {
    case 'lost':
      return (
        <Entry>
          <Lost />
        </Entry>
      );
    case 'error':
      return (
        error && (
          <Entry>
            <ErrorCard session={session} error={error} />
          </Entry>
        )
      );
    case 'paused':
    case 'stopping':
    case 'pending':
      return <Still kind={kind} />;
    case 'retry':
      return (
        retry && (
          <Entry>
            <RetryCard session={session} retry={retry} />
          </Entry>
        )
      );
    case 'link':
      return (
        place && (
          <Entry>
            <LinkLine place={place} />
          </Entry>
        )
      );
    case 'working':
      return <Working session={session} />;
    case 'stopped':
      return <div className="interrupted">Stopped by you</div>;
    case 'none':
      return null;
  }
}

const LOST = 'Chat stream disconnected. Reconnecting…';

function Lost() {
  useEffect(() => announce(LOST), []);
  return (
    <div className="rowcard" role="group" aria-label="Disconnected">
      <Unplug className="i" aria-hidden="true" />
      <span>{LOST}</span>
    </div>
  );
}

const STILL = {
  paused: { icon: Pause, text: 'Queue paused' },
  stopping: { icon: Square, text: 'Stopping…' },
  pending: { icon: CircleDashed, text: 'Waiting for a free slot' },
} as const;

function Still({ kind }: { readonly kind: keyof typeof STILL }) {
  const { icon: Icon, text } = STILL[kind];
  return <Quiet icon={<Icon className="i s" aria-hidden="true" />} text={text} />;
}

/** A feed holds articles: what it waits for is its last one. */
function Entry({ children }: { readonly children: ReactNode }) {
  return <article aria-label="State">{children}</article>;
}

function Quiet({ icon, text }: { readonly icon: ReactNode; readonly text: string }) {
  return (
    <div className="quiet-line">
      {icon}
      {text}
    </div>
  );
}

/** Nothing streams and no tool runs: the model has the word but has not spoken. */
function Working({ session }: { readonly session: ChatSession }) {
  const tools = useStore(session.store, (s) => (s.view?.calls ?? []).some((c) => c.state !== 'done'));
  const activity = useStore(session.store, (s) => s.view?.chat.activity ?? null);
  if (tools) return null;
  return (
    <Quiet
      icon={
        <span className="beat" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      }
      text={activity ?? 'Thinking'}
    />
  );
}

function RetryCard({ session, retry }: { readonly session: ChatSession; readonly retry: RetryInfo }) {
  const now = useSeconds(true);
  const left = secondsLeft(retry.retrying_at, now);
  return (
    <div className="rowcard" role="group" aria-label="Retry">
      <Clock className="i" aria-hidden="true" />
      <span>
        {retry.error}{' '}
        <span role="timer" aria-live="off">
          {left > 0 ? (
            <>
              Next try in <b className="num">{countdown(left)}</b>
            </>
          ) : (
            'Trying again…'
          )}
        </span>{' '}
        <span className="meta num">· attempt {retry.attempt}</span>
      </span>
      <span className="btns">
        <Button onClick={() => void retryNow(session.chatId)}>Retry now</Button>
        <Button look="quiet" onClick={() => void stopTree(session)}>
          Stop
        </Button>
      </span>
    </div>
  );
}
