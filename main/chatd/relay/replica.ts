import { hostname } from 'node:os';
import type { WorkerId } from '@shared/model/ids.ts';
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Replica, ReplicaOperations } from '../../db/replicas.ts';
import type { Store } from '../../db/store.ts';
import type { PartBuffer } from '../stream/part-buffer.ts';
import { createRelayedParts, type RelayedParts } from './relayed-parts.ts';
import { serveParts } from './serve-parts.ts';

export interface ReplicaDeps {
  readonly store: Pick<Store<ReplicaOperations>, 'call'>;
  /** The replica's id as well. */
  readonly workerId: WorkerId;
  readonly buffer: PartBuffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** `host` or `host:port` to listen on; default: this computer only, on any free port. */
  readonly listen?: string | undefined;
  /** How others reach it; default: from what it listens on. */
  readonly url?: string | undefined;
}

export interface JoinedReplica {
  readonly parts: RelayedParts;
  /** As the others know it. */
  readonly url: string;
  /** Where it listens. */
  readonly port: number;
  /** Others stop asking us, and we them. */
  close(): Promise<void>;
}

/** Makes this process one of several on a database: it answers for its parts and finds those of the others. */
export async function joinReplicas(deps: ReplicaDeps): Promise<JoinedReplica> {
  const { store, workerId: id, clock, random, log, leaseMs } = deps;
  const token = random.uuid() + random.uuid();
  const { host, port } = parseListen(deps.listen);
  const server = await serveParts({ buffer: deps.buffer, token, clock, log }, host, port);
  const self: Replica = { id, token, url: deps.url ?? urlOf(host, server.port) };
  const parts = createRelayedParts({
    ...deps,
    findReplica: (owner) => store.call('loadReplica', { id: owner, leaseMs }),
  });
  const closing = new AbortController();
  try {
    await store.call('beatReplica', { ...self, leaseMs });
  } catch (error) {
    await server.close();
    throw error;
  }
  const beating = (async () => {
    while (!closing.signal.aborted) {
      await clock.sleep(deps.heartbeatMs, closing.signal).catch(() => undefined);
      if (closing.signal.aborted) return;
      await store.call('beatReplica', { ...self, leaseMs }).catch((error: unknown) => {
        log.warn('The replica could not say that it is there', errorFields(error));
      });
    }
  })();
  return {
    parts,
    url: self.url,
    port: server.port,
    async close() {
      closing.abort();
      await Promise.all([beating, parts.close(), server.close()]);
      await store.call('removeReplica', { id }).catch((error: unknown) => {
        log.warn('The replica could not say that it leaves', errorFields(error));
      });
    },
  };
}

const LOCAL = '127.0.0.1';

/** `[::1]:80`, `host:80`, `host`. */
function parseListen(listen: string | undefined): { host: string; port: number } {
  const url = `http://${listen || LOCAL}`;
  if (!URL.canParse(url)) throw new Error(`GAFFER_REPLICA_HOST is no host: ${listen}`);
  const { hostname: name, port } = new URL(url);
  return { host: name.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function urlOf(host: string, port: number): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? hostname() : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
