type Fetch = typeof globalThis.fetch;

/** Ways through the proxies that accounts name; one connection pool each, opened at the first call. */
export interface Proxies {
  /** Undefined: the usual way. */
  fetchThrough(proxy: string): Fetch | undefined;
  close(): Promise<void>;
}

interface Agent {
  close(): Promise<void>;
}

export function createProxies(): Proxies {
  const ways = new Map<string, Fetch>();
  const agents: Agent[] = [];

  function open(proxy: string): Fetch {
    let opened: Promise<Fetch> | null = null;
    return async (input, init) => {
      opened ??= openWay(proxy, agents);
      return (await opened)(input, init);
    };
  }

  return {
    fetchThrough(proxy) {
      if (proxy === '') return undefined;
      const way = ways.get(proxy) ?? open(proxy);
      ways.set(proxy, way);
      return way;
    },
    async close() {
      await Promise.allSettled(agents.splice(0).map((agent) => agent.close()));
    },
  };
}

/** The package is read only where there is a proxy. */
async function openWay(proxy: string, agents: Agent[]): Promise<Fetch> {
  const { fetch, ProxyAgent } = await import('undici');
  const dispatcher = new ProxyAgent({ uri: proxy });
  agents.push(dispatcher);
  const through = (input: Parameters<typeof fetch>[0], init?: Parameters<typeof fetch>[1]) =>
    fetch(input, { ...init, dispatcher });
  // Its Request and Response are those of another copy of what the platform has: the same in all that we use.
  return through as unknown as Fetch;
}
