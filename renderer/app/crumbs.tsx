import type { ChatSummary } from '@shared/model/chat.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { ArrowLeft, Folder, Server } from 'lucide-react';
import { openDoctor } from '../state/doctor.ts';
import { openChat } from '../state/nav.ts';
import { placeLook } from '../state/workspace-status.ts';
import { StateMark } from '../ui/state-mark.tsx';

/** The way from an agent back to the chat that started it. */
export function BackTo({ parent }: { readonly parent: ChatSummary }) {
  return (
    <>
      <button
        type="button"
        className="back"
        aria-label={`Back to “${parent.title}”`}
        title={parent.title}
        onClick={() => openChat(parent.id)}
      >
        <ArrowLeft className="i s" aria-hidden="true" />
        <span className="chip-text">{parent.title}</span>
      </button>
      <span className="faint" aria-hidden="true">
        /
      </span>
    </>
  );
}

export function PlaceChip({ place }: { readonly place: WorkspaceSummary }) {
  const Icon = place.hostId !== null ? Server : Folder;
  const look = placeLook(place);
  const problem = place.link.state === 'down' ? `\n${place.link.message}` : '';
  const title = `${place.host}:${place.directory}${problem}`;
  const content = (
    <>
      <Icon className="i s" aria-hidden="true" />
      {place.name}{' '}
      <span className="place-host">
        · <i className={`link ${place.link.state}`} />
        {place.host}
      </span>
      {look.words !== '' && (
        <span className={`place-state ${look.tone}`}>
          {look.glyph !== 'link' && <StateMark glyph={look.glyph} link={place.link.state} />}
          {look.words}
        </span>
      )}
    </>
  );
  if (place.hostId === null) {
    return (
      <span className="chip" title={title}>
        {content}
      </span>
    );
  }
  return (
    <button
      type="button"
      className="chip"
      title={`${title}\nOpens the connection doctor`}
      onClick={() => openDoctor(place.host)}
    >
      {content}
    </button>
  );
}
