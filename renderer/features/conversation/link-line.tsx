import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { Hand, Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { countdown } from '../../lib/format.ts';
import { doingWords } from '../../lib/trace-words.ts';
import { openDoctor } from '../../state/doctor.ts';
import { hostsStore, waitingWords } from '../../state/hosts.ts';
import { secondsLeft } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import { announce } from '../../state/toasts.ts';
import { useTrace } from '../../state/trace.ts';
import { isStuck, reconnect } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';

/** The chat waits for the machine where it works; nothing has failed until only a person can help. */
export function LinkLine({ place }: { readonly place: WorkspaceSummary }) {
  const { link, host } = place;
  const waiting = useStore(hostsStore, (s) => waitingWords(s.questions, host));
  const wasDown = useWasDown(place);
  const stuck = isStuck(link);
  const words =
    waiting ??
    (link.state === 'down' && stuck
      ? link.message
      : `${wasDown ? 'Reconnecting' : 'Connecting'} to ${host}…`);
  useEffect(() => announce(words), [words]);
  if (waiting !== null) return <WaitingForYou words={waiting} />;
  if (stuck) return <Stuck place={place} words={words} />;
  return <OnTheWay place={place} words={words} />;
}

function WaitingForYou({ words }: { readonly words: string }) {
  return (
    <div className="rowcard waits">
      <span className="warn">
        <Hand className="i" aria-hidden="true" />
      </span>
      <span className="cause">{words}</span>
    </div>
  );
}

interface LineProps {
  readonly place: WorkspaceSummary;
  readonly words: string;
}

function Stuck({ place, words }: LineProps) {
  return (
    <div className="rowcard bad" role="group" aria-label={`Connection to ${place.host}`}>
      <span className="err">
        <Unplug className="i" aria-hidden="true" />
      </span>
      <span className="cause">{words}</span>
      <span className="btns">
        <Button onClick={() => void reconnect(place.id)}>Reconnect</Button>
        {place.hostId !== null && <DoctorButton host={place.host} />}
      </span>
    </div>
  );
}

function OnTheWay({ place, words }: LineProps) {
  const { link, host } = place;
  const trace = useTrace(link.state === 'connecting' ? host : null)?.trace ?? null;
  const doing = doingWords(trace);
  return (
    <div className="quiet-line link-line" role="group" aria-label={`Connection to ${host}`}>
      <Unplug className="i s" aria-hidden="true" />
      <span>{words}</span>
      {link.state === 'connecting' && doing !== null && <span className="faint why">{doing}</span>}
      {link.state === 'down' && (
        <>
          {link.retryAt !== null && <NextTry at={link.retryAt} />}
          <span className="faint why" title={link.message}>
            {link.message}
          </span>
          <span className="btns">
            <Button onClick={() => void reconnect(place.id)}>Retry now</Button>
            {place.hostId !== null && <DoctorButton host={host} />}
          </span>
        </>
      )}
    </div>
  );
}

function NextTry({ at }: { readonly at: string }) {
  const left = secondsLeft(at, useSeconds(true));
  return (
    <span role="timer" aria-live="off">
      {left > 0 ? (
        <>
          Next try in <b className="num">{countdown(left)}</b>
        </>
      ) : (
        'Trying again…'
      )}
    </span>
  );
}

function DoctorButton({ host }: { readonly host: string }) {
  return (
    <Button look="quiet" onClick={() => openDoctor(host)}>
      Open doctor
    </Button>
  );
}

/** The first try after a loss counts from one again, but it is no first connection. */
function useWasDown({ link }: WorkspaceSummary): boolean {
  const lost = link.state === 'down' || (link.state === 'connecting' && link.attempt > 1);
  const [was, setWas] = useState(lost);
  if (lost && !was) setWas(true);
  return was || lost;
}
