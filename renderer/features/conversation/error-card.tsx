import type { ChatFault } from '@shared/model/fault.ts';
import { CircleX, KeyRound, Unplug } from 'lucide-react';
import { useStore } from 'zustand';
import { compactContext } from '../../state/context.ts';
import { openDoctor } from '../../state/doctor.ts';
import { type Help, helpFor, reconnectAndRetry, retryNow } from '../../state/fault-help.ts';
import type { ChatSession } from '../../state/live.ts';
import { showSettings } from '../../state/nav.ts';
import { openInComposer } from '../../state/wishes.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';

interface ErrorCardProps {
  readonly session: ChatSession;
  readonly error: ChatFault;
}

/** Why the turn ended, in plain words, and the one action that helps. */
export function ErrorCard({ session, error }: ErrorCardProps) {
  const help = helpFor(error.kind);
  const Icon = help === 'settings' ? KeyRound : help === 'reconnect' ? Unplug : CircleX;
  return (
    <div className="rowcard bad" role="group" aria-label="Error">
      <span className="err">
        <Icon className="i" aria-hidden="true" />
      </span>
      <span className="cause">
        {error.message}
        {error.detail && <span className="detail">{error.detail}</span>}
      </span>
      <span className="btns">
        <HelpButton session={session} help={help} />
        {help !== 'retry' && (
          <Button look="quiet" onClick={() => void retryNow(session.chatId)}>
            Retry
          </Button>
        )}
      </span>
    </div>
  );
}

function HelpButton({ session, help }: { readonly session: ChatSession; readonly help: Help }) {
  switch (help) {
    case 'compact':
      return <Button onClick={() => void compactContext(session.chatId)}>Compact</Button>;
    case 'retry':
      return <Button onClick={() => void retryNow(session.chatId)}>Retry</Button>;
    case 'settings':
      return <Button onClick={() => showSettings('accounts')}>Open model settings</Button>;
    case 'model':
      return <Button onClick={() => openInComposer.make('Model')}>Switch model</Button>;
    case 'reconnect':
      return <ReconnectButtons session={session} />;
  }
}

function ReconnectButtons({ session }: { readonly session: ChatSession }) {
  const workspaceId = useStore(session.store, (s) => s.view?.chat.workspace_id ?? null);
  const place = useStore(workspacesStore, (s) => s.list?.find((w) => w.id === workspaceId) ?? null);
  return (
    <>
      <Button onClick={() => void reconnectAndRetry(session.chatId, workspaceId)}>Reconnect</Button>
      {place && place.hostId !== null && (
        <Button look="quiet" onClick={() => openDoctor(place.host)}>
          Open doctor
        </Button>
      )}
    </>
  );
}
