import type { ConnectTrace } from '@shared/model/host.ts';
import { useEffect, useState } from 'react';
import { watchFeed } from '../lib/bridge.ts';

export interface Told {
  /** Null: nothing was tried in this run. */
  readonly trace: ConnectTrace | null;
}

/** The last attempt to connect to a host, live; null until that is known. Follows nothing while `target` is null. */
export function useTrace(target: string | null): Told | null {
  const [told, setTold] = useState<(Told & { readonly target: string }) | null>(null);
  useEffect(() => {
    if (target === null) return;
    const feed = watchFeed(
      'hosts.trace',
      { target },
      {
        onEvents: (events) => {
          const trace = events.at(-1);
          if (trace !== undefined) setTold({ target, trace });
        },
      },
    );
    return () => feed.close();
  }, [target]);
  return told?.target === target ? told : null;
}
