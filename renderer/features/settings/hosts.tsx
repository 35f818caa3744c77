import type { HostSummary } from '@shared/model/host.ts';
import { Server } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { plural } from '../../lib/format.ts';
import { openDoctor } from '../../state/doctor.ts';
import { hostsStore, reconnectHost, waitingWords } from '../../state/hosts.ts';
import { closeSettings, openNew } from '../../state/nav.ts';
import { toast } from '../../state/toasts.ts';
import { linkWords } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Switch } from '../../ui/switch.tsx';
import { RemoveFromHost } from './remove-from-host.tsx';

const NONE: readonly HostSummary[] = [];

export function Hosts() {
  const hosts = useStore(hostsStore, (s) => s.list ?? NONE);
  if (hosts.length === 0) {
    return (
      <Empty icon={<Server className="i" aria-hidden="true" />} text="No hosts yet">
        <span className="meta">A new chat connects to one: “Another folder or host…”.</span>
        <Button
          onClick={() => {
            closeSettings();
            openNew();
          }}
        >
          New chat
        </Button>
      </Empty>
    );
  }
  return (
    <ul className="set" aria-label="Hosts">
      {hosts.map((host) => (
        <HostRow key={host.id} host={host} />
      ))}
    </ul>
  );
}

function HostRow({ host }: { readonly host: HostSummary }) {
  const [removing, setRemoving] = useState(false);
  const forget = async () => {
    const answer = await call('hosts.forgetSecrets', { hostId: host.id });
    toast(answer.ok ? `The answers for ${host.target} are forgotten.` : answer.error.message);
  };
  return (
    <li className="li host" aria-label={host.target}>
      <span>
        <span className="host-name">
          <i className={`link ${host.link.state}`} />
          <b className="mono">{host.target}</b>
        </span>
        <HostFacts host={host} />
      </span>
      <span className="btns">
        {host.link.state === 'down' && (
          <Button onClick={() => void reconnectHost(host.id)}>Reconnect</Button>
        )}
        <Button onClick={() => openDoctor(host.target)}>Doctor</Button>
      </span>
      <ForwardAgent host={host} />
      <span className="btns more">
        {host.remembers && (
          <Button look="quiet" onClick={() => void forget()}>
            Forget saved answers
          </Button>
        )}
        {!removing && (
          <Button look="quiet" onClick={() => setRemoving(true)}>
            Remove Gaffer from this host…
          </Button>
        )}
      </span>
      {removing && <RemoveFromHost host={host} onDone={() => setRemoving(false)} />}
    </li>
  );
}

function HostFacts({ host }: { readonly host: HostSummary }) {
  const waiting = useStore(hostsStore, (s) => waitingWords(s.questions, host.target));
  const { link, workspaces, identityFile } = host;
  const state = link.state === 'up' ? 'connected' : linkWords(link) || 'not connected';
  const facts = [
    state,
    plural(workspaces, 'workspace'),
    ...(identityFile === null ? [] : [`key ${identityFile}`]),
  ];
  return (
    <>
      {waiting === null ? (
        <span className="meta">{facts.join(' · ')}</span>
      ) : (
        <span className="warn">{waiting}</span>
      )}
      {link.state === 'down' && <span className="err">{link.message}</span>}
    </>
  );
}

/** What may be used from there may be used by whoever is root there. */
function ForwardAgent({ host }: { readonly host: HostSummary }) {
  const set = async (forwardAgent: boolean) => {
    const answer = await call('hosts.setForwardAgent', { hostId: host.id, forwardAgent });
    if (!answer.ok) toast(answer.error.message);
  };
  return (
    <span className="forward">
      <span>
        Let it use my ssh-agent
        <span className="meta"> — whoever is root there can then log in as you elsewhere</span>
      </span>
      <Switch
        label={`Let ${host.target} use my ssh-agent`}
        on={host.forwardAgent}
        onChange={(on) => void set(on)}
      />
    </span>
  );
}
