import type { LinkState, WorkspaceSummary } from '@shared/model/workspace.ts';
import { Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import { announce } from '../../state/toasts.ts';
import { reconnect } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';

/** The chat waits for the machine where it works; nothing has failed until only a person can help. */
export function LinkLine({ place }: { readonly place: WorkspaceSummary }) {
  const { link, host } = place;
  const again = useWasDown(link);
  const stuck = link.state === 'down' && (link.final || link.retryAt === null);
  const words = stuck ? link.message : `${again ? 'Reconnecting' : 'Connecting'} to ${host}…`;
  useEffect(() => announce(words), [words]);
  if (stuck) {
    return (
      <div className="rowcard bad">
        <span className="err">
          <Unplug className="i" aria-hidden="true" />
        </span>
        <span className="cause">{words}</span>
        <span className="btns">
          <Button onClick={() => void reconnect(place.id)}>Reconnect</Button>
        </span>
      </div>
    );
  }
  return (
    <div className="quiet-line link-line">
      <Unplug className="i s" aria-hidden="true" />
      <span>{words}</span>
      {link.state === 'down' && (
        <>
          <span className="faint why" title={link.message}>
            {link.message}
          </span>
          <Button look="quiet" onClick={() => void reconnect(place.id)}>
            Reconnect now
          </Button>
        </>
      )}
    </div>
  );
}

/** The first try after a loss counts from one again, but it is no first connection. */
function useWasDown(link: LinkState): boolean {
  const lost = link.state === 'down' || (link.state === 'connecting' && link.attempt > 1);
  const [was, setWas] = useState(lost);
  if (lost && !was) setWas(true);
  return was || lost;
}
