import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../e2e/fixtures/app.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { type Fate, fateOf } from '../fate.ts';
import { startTortureDaemon, systemClock, type TortureDaemon } from '../harness/daemon.ts';
import type { TortureOptions } from '../index.ts';
import { type Chance, chanceOf } from '../random.ts';
import { type Fault, faults } from './faults.ts';
import { startHost, type TortureHost } from './host.ts';
import { leftovers, openThere, takeStock } from './leftovers.ts';
import { type Links, watchLinks } from './links.ts';
import { type ScriptedModel, startScriptedModel } from './model.ts';
import { lineOf, tableOf } from './report.ts';
import { type Lane, type Outcome, playRound } from './round.ts';
import { startTicker } from './ticker.ts';

/** At once, each with a host of its own. */
const LANES = 4;

/**
 * Chats work on hosts over real SSH while lines are cut, servers restart, agents die and disks fill up. Links come
 * back by themselves, with bounded attempts; processes go on; every call has its effect once and its true result.
 */
export async function tortureBySsh({ count, seed, say }: TortureOptions): Promise<Fate> {
  const missing = sshdMissing();
  if (missing !== null) throw new Error(missing);
  const stock = takeStock();
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'gaffer-torture-ssh-'));
  say(`ssh: ${count} faults, seed ${seed}, in ${dir}`);
  const outcomes: Outcome[] = [];
  const wrong: string[] = [];
  const lacking = lackingHere();
  for (const what of lacking) say(`not here: ${what}`);
  const plan = planFaults(count, chanceOf(seed, 'plan'));
  const blame = (where: string, what: readonly string[]) => {
    wrong.push(...what.map((each) => `${where}: ${each}`));
    for (const each of what) say(`WRONG ${where}: ${each}`);
  };
  const lanes = Math.min(LANES, count);
  const left = await withLanes({ dir, seed, lanes }, async (lanes, daemon) => {
    const run = async (lane: Lane, at: number) => {
      const mine = plan.map((fault, n) => ({ fault, n })).filter(({ n }) => n % lanes.length === at);
      let holes = false;
      for (const { fault, n } of mine) {
        if (wrong.length > 0) break;
        holes ||= fault.name.startsWith('disk full');
        const outcome = await playRound(lane, fault, `f${n}`, chanceOf(seed, 'fault', n));
        outcomes.push(outcome);
        say(lineOf(n, lane.host.name, outcome));
        blame(`fault ${n} (${fault.name}) on ${lane.host.name}`, outcome.wrong);
      }
      blame(`the process on ${lane.host.name}`, await lane.ticker.end(holes));
    };
    const failed = (at: number) => (error: unknown) =>
      blame(`lane ${at + 1}`, [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    await Promise.all(lanes.map((lane, at) => run(lane, at).catch(failed(at))));
    const errors = daemon.log.filter(({ level }) => level === 'error');
    blame(
      'the log',
      errors.map((line) => JSON.stringify(line)),
    );
  });
  blame('at the end', [...left, ...(await leftovers(stock))]);
  for (const line of tableOf(outcomes)) say(line);
  say(wrong.length === 0 ? 'ssh: all came back, and nothing was done twice' : `ssh: ${wrong.length} wrong`);
  for (const what of lacking) say(`ssh: not run: ${what}`);
  if (wrong.length === 0) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  else say(`The log is in ${dir}; the same plan: --count ${count} --seed ${seed}`);
  return fateOf(wrong, lacking);
}

/** Faults that this machine lets nobody try, and why. */
function lackingHere(): string[] {
  return faults.flatMap(({ name, missing }) => {
    const why = missing?.() ?? null;
    return why === null ? [] : [`${name}: ${why}`];
  });
}

/** Every kind once before one comes again; those that take a minute only after the others had their turn. */
function planFaults(count: number, chance: Chance): Fault[] {
  const possible = faults.filter(({ missing }) => (missing?.() ?? null) === null);
  const plan: Fault[] = [];
  while (plan.length < count) {
    const deck = possible.filter(({ patient }) => !patient || plan.length > 0);
    plan.push(...shuffled(deck, chance));
  }
  return plan.slice(0, count);
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  return items
    .map((item) => ({ item, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

interface Stage {
  readonly dir: string;
  readonly seed: number;
  readonly lanes: number;
}

/** Answers what is open on the hosts when the daemon has left them. */
async function withLanes(
  { dir, seed, lanes: count }: Stage,
  work: (lanes: readonly Lane[], daemon: TortureDaemon) => Promise<void>,
): Promise<string[]> {
  const agentFile = path.join(dir, 'agent.cjs');
  fs.copyFileSync(path.join(root, 'out/agent/agent.cjs'), agentFile);
  const hosts = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      startHost(`host${n + 1}`, { dir, chance: chanceOf(seed, 'line', n) }),
    ),
  );
  const sshDir = path.join(dir, 'home/.ssh');
  fs.mkdirSync(sshDir, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(sshDir, 'known_hosts'), hosts.map(({ knownHost }) => knownHost).join(''));
  const model = await startScriptedModel();
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const daemon = await startTortureDaemon({ dir, env: model.server.env, options: { agentFile, clock } });
  const links = watchLinks(daemon);
  const nudges: number[] = [];
  let left: string[] = [];
  const jump = (ms: number) => {
    aheadMs += ms;
  };
  try {
    const lanes = await Promise.all(
      hosts.map(async (host) => ({
        ...(await openHost({ daemon, model, links, host })),
        agentFile,
        nudges,
        jump,
      })),
    );
    await work(lanes, daemon);
  } finally {
    await links.close();
    await daemon.close();
    left = (await Promise.all(hosts.map(openThere))).flat();
    await Promise.all(hosts.map((host) => host.dispose()));
    await model.server.stop();
  }
  return left;
}

interface Opened {
  readonly daemon: TortureDaemon;
  readonly model: ScriptedModel;
  readonly links: Links;
  readonly host: TortureHost;
}

/** As a person does, who trusts it. */
async function openHost(opened: Opened): Promise<Omit<Lane, 'agentFile' | 'nudges' | 'jump'>> {
  const { daemon, host } = opened;
  const { target, work: directory, sshd } = host;
  const made = await daemon.call('workspaces.openSsh', { target, directory, identityFile: sshd.clientKey });
  if (!made.ok) throw new Error(`workspaces.openSsh: ${made.error.message}`);
  const { workspaceId } = made.value;
  await daemon.call('workspaces.setMode', { workspaceId, mode: 'auto' });
  return { ...opened, workspaceId, ticker: await startTicker({ ...opened, workspaceId }) };
}
