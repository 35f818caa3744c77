import { AGENT_BASE } from '../../shared/agent-protocol/index.ts';
import type { Fate } from '../fate.ts';
import type { TortureOptions } from '../index.ts';
import { chanceOf } from '../random.ts';
import { pause } from '../waits.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { type Input, inputOf } from './inputs.ts';
import { filesLeft, heldTooMuch, holdingsOf } from './leftovers.ts';
import { Tally, tableOf } from './report.ts';
import { faultsOf } from './verdict.ts';
import { makeWorld, type World } from './world.ts';

const LANES = 16;
const MOST_FAULTS = 20;
/** So long the agent may be busy with itself before it answers something easy, on a machine that others use too. */
const DEAF_MS = 30_000;

/**
 * Inputs of every kind to the agent's HTTP API. Whatever comes: a typed answer in time, nothing that is nobody's business
 * in it, and at the end the agent is the same, holds no more than before, and has left nothing lying about.
 */
export async function tortureByFuzz({ count, seed, say }: TortureOptions): Promise<Fate> {
  if (process.platform !== 'linux') {
    say('fuzz: not run: only on Linux can be seen what the agent holds');
    return 'not run';
  }
  const world = await makeWorld();
  const tally = new Tally();
  const faults: string[] = [];
  const fault = (text: string) => {
    faults.push(text);
    if (faults.length <= MOST_FAULTS) say(`fuzz: ${text}`);
  };
  say(`fuzz: seed ${seed}, ${count} inputs to the agent ${world.address.pid}, in ${world.base}`);
  try {
    await warmUp(world, seed);
    const before = holdingsOf(world.address.pid);
    const probe = listen(world);
    let next = 0;
    const lane = async () => {
      while (next < count && faults.length < MOST_FAULTS) {
        const index = next++;
        const input = inputOf(chanceOf(seed, index), world);
        const seen = await exchange(world.address.socket, input.wire);
        learnProcesses(input, seen, world);
        tally.add(input, seen);
        for (const text of faultsOf(input, seen, world))
          fault(`input ${index} (${nameOf(input)}): ${text}`);
        if ((index + 1) % 10_000 === 0) say(`fuzz: ${index + 1} done`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const slowest = await probe.end();
    if (slowest > DEAF_MS) fault(`the agent did not listen for ${slowest.toFixed(0)} ms`);
    for (const text of await heldTooMuch(world.address.pid, before)) fault(`held at the end: ${text}`);
    for (const text of filesLeft(world)) fault(text);
    if ((await hello(world)).answers[0]?.status !== 200) fault('the agent does not answer any more');
    const after = holdingsOf(world.address.pid);
    for (const line of tableOf(tally, { slowest, before, after })) say(line);
  } catch (error) {
    fault(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await world.close();
  }
  say(`violations ${faults.length}`);
  return faults.length === 0;
}

/** Once through most of it: what Node itself keeps for later is there then. */
async function warmUp(world: World, seed: number): Promise<void> {
  for (let index = 0; index < 60; index++) {
    const input = inputOf(chanceOf(seed, 'warm', index), world);
    await exchange(world.address.socket, input.wire);
  }
}

function nameOf({ kind, endpoint }: Input): string {
  return endpoint === null ? kind : `${kind}, ${endpoint}`;
}

/** Later inputs ask for what was started. */
function learnProcesses({ endpoint }: Input, { answers }: Exchanged, { processes }: World): void {
  const [answer] = answers;
  if (endpoint !== 'processes/start' || answer?.status !== 200 || processes.length >= 50) return;
  const { id } = JSON.parse(answer.body.toString()) as { id: string };
  processes.push(id);
}

function hello({ address }: World): Promise<Exchanged> {
  const head = `GET ${AGENT_BASE}/hello HTTP/1.1\r\nauthorization: Bearer ${address.token}\r\nconnection: close`;
  return exchange(address.socket, { pieces: [Buffer.from(`${head}\r\n\r\n`)], after: 'wait' });
}

/** All the while somebody asks for something easy; answers how long that took at most. */
function listen(world: World): { end(): Promise<number> } {
  let isOver = false;
  let slowest = 0;
  const asking = (async () => {
    while (!isOver) {
      slowest = Math.max(slowest, (await hello(world)).ms);
      await pause(50);
    }
  })();
  return {
    async end() {
      isOver = true;
      await asking;
      return slowest;
    },
  };
}
