import fs from 'node:fs';
import { smallDiskMissing } from '../../e2e/fixtures/small-disk.ts';
import type { LinkState } from '../../shared/model/workspace.ts';
import { CALM } from '../harness/wire.ts';
import type { Chance } from '../random.ts';
import { pause, within } from '../waits.ts';
import type { Excuse, Moment } from './excuse.ts';
import type { Agent, TortureHost } from './host.ts';
import type { Hold } from './model.ts';

/** What a fault may do, and to whom. */
export interface Scene {
  readonly host: TortureHost;
  readonly chance: Chance;
  /** The agent's file on this computer, as each connection reads it. */
  readonly agentFile: string;
  /** Some calls of the round's chats were made, and some are still to come. */
  midway(): Promise<void>;
  /** So many more were made, or none can be made just now. */
  more(calls: number): Promise<void>;
  /** A command of one of the chats runs on the host. */
  command(): Promise<void>;
  /** How far the chats are now. */
  moment(): Moment;
  /** Of a fault that wants it: one of the chats stops between two calls. */
  readonly hold: Hold | null;
  /** From here on it can go on; else from the end of `strike`. */
  healed(): void;
  until(what: string, wanted: (state: LinkState) => boolean): Promise<LinkState>;
  /** The machine woke up, or its network changed. */
  wake(): void;
  /** The person asks. */
  reconnect(): Promise<void>;
  /** The machine's clock is so much further than its timers. */
  jump(ms: number): void;
}

/** What must be true afterwards, besides what always must. */
export interface Aftermath {
  /** Whether the link had to break. */
  readonly link: 'broke' | 'held' | 'either';
  readonly agent: 'same' | 'new' | 'either';
  /** What its chats may be told instead of a result; absent: nothing. */
  readonly excuse?: Excuse;
}

export interface Fault {
  readonly name: string;
  /** It takes a minute: it has no place in a short run. */
  readonly patient?: boolean;
  /** One of the chats is held between two calls. */
  readonly holds?: boolean;
  /** Null: it can be done here. */
  readonly missing?: () => string | null;
  /** Strikes, and heals what it did. */
  strike(scene: Scene): Promise<Aftermath>;
}

const SLOW = { oneWayMs: 150, loss: 0.01, againMs: 600 };
const SLEEP_MS = 10 * 60_000;
/** Long enough for an attempt that must not be made. */
const SILENCE_MS = 2_500;
const AGENT_MS = 60_000;
/** A call has left by then, or will leave into what came of the line in the meantime. */
const IN_FLIGHT_MS = 400;

/** A host without room is one to wait for: nobody is told that it cannot be reached. */
const DISK_FULL = /^(?!.*workspace_unreachable).*(?:no space left|disk-full)/is;
const REFUSED = /workspace_unreachable|host key .* has changed/;

const broke: Aftermath = { link: 'broke', agent: 'same' };
/** The held chat makes its call, into whatever the line does with it. */
async function letGo(hold: Hold | null, meanwhile: () => void): Promise<void> {
  await hold?.reached;
  meanwhile();
  hold?.release();
  await pause(IN_FLIGHT_MS);
}

const shortly = (chance: Chance) => pause(chance.between(0, 200));
const outage = (chance: Chance) => pause(chance.pick([0, 200, 800, 1_500, 3_000]));

export const faults: readonly Fault[] = [
  {
    name: 'cut',
    async strike({ host, chance, midway }) {
      await midway();
      await shortly(chance);
      host.wire.cut();
      return broke;
    },
  },
  {
    name: 'cut again and again',
    async strike({ host, chance, midway, until }) {
      await midway();
      for (let times = chance.between(2, 3); times > 0; times -= 1) {
        await shortly(chance);
        host.wire.cut();
        await until('the link between two cuts', ({ state }) => state !== 'up');
        if (times > 1) await until('the link after a cut', ({ state }) => state === 'up');
      }
      return broke;
    },
  },
  {
    name: 'answers lost and cut',
    holds: true,
    async strike({ host, hold }) {
      await letGo(hold, () => host.wire.deafen());
      host.wire.cut();
      return broke;
    },
  },
  {
    name: 'half-open, woken',
    holds: true,
    async strike({ host, chance, hold, until, wake }) {
      await letGo(hold, () => host.wire.vanish());
      await outage(chance);
      wake();
      await until('the dead link', ({ state }) => state !== 'up');
      host.wire.appear();
      // Attempts that were begun in between get no answer.
      wake();
      return broke;
    },
  },
  {
    name: 'half-open',
    patient: true,
    holds: true,
    async strike({ host, chance, hold }) {
      await letGo(hold, () => host.wire.vanish());
      await pause(chance.pick([0, 2_000, 20_000]));
      host.wire.appear();
      return broke;
    },
  },
  {
    name: 'away for long',
    patient: true,
    async strike({ host, chance, midway, until, wake }) {
      await midway();
      host.wire.vanish();
      wake();
      await until('the dead link', ({ state }) => state !== 'up');
      await pause(chance.pick([10_000, 40_000]));
      host.wire.appear();
      return broke;
    },
  },
  {
    name: 'slow',
    async strike({ host, chance, midway }) {
      host.wire.weather(SLOW);
      await midway();
      await pause(chance.between(0, 1_000));
      host.wire.weather(CALM);
      return { link: 'held', agent: 'same' };
    },
  },
  {
    name: 'slow and cut',
    async strike({ host, chance, midway, healed, until }) {
      host.wire.weather(SLOW);
      await midway();
      await shortly(chance);
      host.wire.cut();
      healed();
      await until('the broken link', ({ state }) => state !== 'up');
      await until('the link over a slow line', ({ state }) => state === 'up');
      host.wire.weather(CALM);
      return broke;
    },
  },
  {
    name: 'server restarted',
    async strike({ host, chance, midway }) {
      await midway();
      await host.sshd.stop();
      await outage(chance);
      await host.sshd.restart();
      return broke;
    },
  },
  {
    name: 'server away for long',
    patient: true,
    async strike({ host, chance, midway }) {
      await midway();
      await host.sshd.stop();
      await pause(chance.pick([8_000, 25_000]));
      await host.sshd.restart();
      return broke;
    },
  },
  {
    name: 'sleep of 10 minutes',
    holds: true,
    async strike({ host, hold, jump, wake }) {
      await letGo(hold, () => host.wire.vanish());
      jump(SLEEP_MS);
      host.wire.appear();
      wake();
      return broke;
    },
  },
  {
    name: 'disk full',
    missing: smallDiskMissing,
    async strike({ host, chance, midway, more, moment }) {
      await midway();
      const from = moment();
      host.disk?.fillUpTo(0);
      await more(chance.between(1, 6));
      host.disk?.free();
      const excuse = { words: DISK_FULL, running: true, from, until: moment() };
      return { link: 'held', agent: 'same', excuse };
    },
  },
  {
    name: 'disk full and cut',
    missing: smallDiskMissing,
    async strike({ host, chance, midway, more, moment, until }) {
      await midway();
      const from = moment();
      host.disk?.fillUpTo(0);
      await more(chance.between(1, 3));
      host.wire.cut();
      await until('the broken link', (state) => state.state !== 'up');
      await until('the link to a full disk', isSettled);
      host.disk?.free();
      return { ...broke, excuse: { words: DISK_FULL, running: true, from, until: moment() } };
    },
  },
  {
    name: 'agent killed in a command',
    async strike({ host, chance, command }) {
      await command();
      await shortly(chance);
      killAgents(host);
      return { link: 'held', agent: 'new' };
    },
  },
  {
    name: 'agent killed between calls',
    holds: true,
    async strike({ host, hold }) {
      await hold?.reached;
      killAgents(host);
      hold?.release();
      return { link: 'held', agent: 'new' };
    },
  },
  {
    name: 'agent killed and cut',
    async strike({ host, chance, midway }) {
      await midway();
      await shortly(chance);
      killAgents(host);
      host.wire.cut();
      return { link: 'broke', agent: 'new' };
    },
  },
  {
    name: 'agent upgraded',
    holds: true,
    async strike({ host, agentFile, chance, hold, healed }) {
      const before = host.agents();
      fs.appendFileSync(agentFile, '\n');
      // What the old one did and said, the new one must say again.
      await letGo(hold, () => host.wire.deafen());
      host.wire.cut();
      healed();
      await newAgent(host, before);
      await shortly(chance);
      return { link: 'broke', agent: 'new' };
    },
  },
  {
    name: 'wrong host key',
    async strike({ host, command, moment, until, wake, reconnect }) {
      await command();
      const key = await host.changeKey();
      await until('the refusal', (state) => state.state === 'down' && state.final);
      const from = moment();
      const attempts = host.wire.begun.length;
      wake();
      await pause(SILENCE_MS);
      const more = host.wire.begun.length - attempts;
      await key.back();
      if (more > 0) throw new Error(`${more} attempts after a refusal for good`);
      await reconnect();
      // What ran before goes on all the while, and its call waits for the person.
      return { ...broke, excuse: { words: REFUSED, running: false, from, until: moment() } };
    },
  },
];

/** Up, or told that there is no room: that is tried again by itself. */
function isSettled(state: LinkState): boolean {
  return (
    state.state === 'up' ||
    (state.state === 'down' && /disk is full|disk of .* is full/.test(state.message))
  );
}

function killAgents(host: TortureHost): void {
  for (const { pid } of host.agents()) process.kill(pid, 'SIGKILL');
}

async function newAgent(host: TortureHost, before: readonly Agent[]): Promise<void> {
  const known = new Set(before.map(({ pid }) => pid));
  const isThere = async () => {
    while (!host.agents().some(({ pid }) => !known.has(pid))) await pause(20);
  };
  await within(AGENT_MS, 'the new agent', isThere());
}
