import type { HostSuggestion } from '@shared/contract/hosts.ts';
import { useEffect, useState } from 'react';
import { call } from '../lib/bridge.ts';

const NONE: readonly HostSuggestion[] = [];

/** Hosts of the SSH configuration and those that were used before, as they are when this is shown. */
export function useHostSuggestions(): readonly HostSuggestion[] {
  const [hosts, setHosts] = useState(NONE);
  useEffect(() => {
    let gone = false;
    void call('hosts.suggest', {}).then((answer) => {
      if (!gone && answer.ok) setHosts(answer.value);
    });
    return () => {
      gone = true;
    };
  }, []);
  return hosts;
}

export function suggestionNote({ from, leadsTo }: HostSuggestion): string {
  const source = from === 'config' ? 'from your ssh config' : 'used before';
  return leadsTo === null ? source : `${leadsTo} · ${source}`;
}
