import type { HostRemoval, HostSummary } from '@shared/model/host.ts';
import { useRef, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { announce } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useFocusBack } from '../../ui/use-focus-back.ts';
import { removalLook } from './removal-look.ts';

interface RemoveFromHostProps {
  readonly host: HostSummary;
  readonly onDone: () => void;
}

type State =
  | { readonly state: 'asking' | 'removing'; readonly problem: string | null }
  | { readonly state: 'answered'; readonly removal: HostRemoval };

/** Says what happens before it does; what still runs there is named, and needs a second word. */
export function RemoveFromHost({ host, onDone }: RemoveFromHostProps) {
  const [now, setNow] = useState<State>({ state: 'asking', problem: null });
  const ref = useRef<HTMLDivElement>(null);
  useFocusBack(ref);
  const remove = async (force: boolean) => {
    setNow({ state: 'removing', problem: null });
    const answer = await call('hosts.remove', { hostId: host.id, force });
    if (!answer.ok) return setNow({ state: 'asking', problem: answer.error.message });
    setNow({ state: 'answered', removal: answer.value });
    announce(removalLook(answer.value, host.target).words);
  };
  const look = now.state === 'answered' ? removalLook(now.removal, host.target) : null;
  return (
    <div ref={ref} className="row-question" role="group" aria-label={`Remove Gaffer from ${host.target}?`}>
      {now.state === 'answered' ? (
        look && <Removal {...look} />
      ) : (
        <>
          <p>
            Its agent on {host.target} is stopped, and what Gaffer keeps in{' '}
            <span className="mono">~/.gaffer</span> there is deleted: the agent, its Node.js, the output of
            past commands. Your folders and chats stay; the next use brings it back.
          </p>
          <Problem text={now.problem} />
        </>
      )}
      <div className="btns">
        {look && look.can === null ? (
          <Button onClick={onDone}>Done</Button>
        ) : (
          <>
            <Button autoFocus onClick={onDone}>
              Keep
            </Button>
            <Button disabled={now.state === 'removing'} onClick={() => void remove(look !== null)}>
              {now.state === 'removing' ? 'Removing…' : (look?.can ?? 'Remove')}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

function Removal({ words, tone, label, lines }: ReturnType<typeof removalLook>) {
  return (
    <>
      <p className={tone}>{words}</p>
      {lines.length > 0 && (
        <ul className="fp lines" aria-label={label}>
          {lines.map((line, at) => (
            <li key={at}>
              <Escaped text={line} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
