import type { WorkspaceId } from '@shared/model/ids.ts';
import { type ContainerSession, openContainerSession } from '../agent-client/container.ts';
import { connectRemoteAgent } from '../agent-client/remote.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { LinkFault, textOfFault } from '../ssh/fault.ts';
import { Link } from '../ssh/link.ts';
import { WorkspaceProblem } from './connection.ts';
import { linkWatch } from './host-link.ts';
import type { Place } from './place.ts';
import type { WorkspaceRecord } from './records.ts';

/** How long a caller waits to learn where the project lies inside. */
const REACH_MS = 60_000;

export interface ContainerDeps {
  readonly agentFile: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Dev containers as places to work at: one for each start of each. */
export class ContainerPlaces {
  readonly #deps: ContainerDeps;
  readonly #open = new Map<WorkspaceId, { key: string; place: Place; link: Link<ContainerSession> }>();

  constructor(deps: ContainerDeps) {
    this.#deps = deps;
  }

  /** Inside of the container. After a script of the workspace it is another one: the container may be, too. */
  placeOf({ id, directory, making }: WorkspaceRecord, machine: Place): Place {
    const key = `${making?.scriptCount}:${making?.state}:${directory}:${machine.name}`;
    const known = this.#open.get(id);
    if (known?.key === key) return known.place;
    void known?.link.close();
    const { agentFile, clock, random, log } = this.#deps;
    const link = new Link<ContainerSession>({
      open: (signal) => {
        const { run } = machine;
        if (!run)
          throw new LinkFault(
            'configuration',
            'Containers cannot be reached on this machine.',
            null,
            'Take a template for another machine.',
          );
        return openContainerSession({ agentFile, directory, run }, signal);
      },
      clock,
      random,
      log,
    });
    const place = placeOver(link, machine.name, clock);
    this.#open.set(id, { key, place, link });
    return place;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ link }) => link.close()));
  }
}

function placeOver(link: Link<ContainerSession>, name: string, clock: Clock): Place {
  const client = connectRemoteAgent({ link, clock, host: `the container on ${name}` });
  return {
    name,
    link: linkWatch(link),
    state: () => link.state,
    async reach() {
      const signal = AbortSignal.timeout(REACH_MS);
      try {
        const { directory } = await link.whenUp(signal);
        return { client, platform: 'linux', directory };
      } catch (error) {
        if (error instanceof LinkFault) throw new WorkspaceProblem('unreachable', textOfFault(error));
        if (signal.aborted)
          throw new WorkspaceProblem('unreachable', 'The container did not answer in time.');
        throw error;
      }
    },
    reconnect: () => link.reconnect(),
    async follow(onChange, signal) {
      const states = link.watch(signal)[Symbol.asyncIterator]();
      while (!(await states.next()).done) onChange();
    },
  };
}
