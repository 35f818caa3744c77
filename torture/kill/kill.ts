import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  cleanEnv,
  electronPath,
  type LaunchOptions,
  launchApp,
  launchArgs,
  type RunningApp,
  root,
} from '../../e2e/fixtures/app.ts';
import { killNow } from '../../e2e/fixtures/process-tree.ts';
import { chanceOf } from '../random.ts';
import { type Deferred, deferred, pause, within } from '../waits.ts';
import { checkDatabase } from './check-database.ts';
import { type ScriptedModel, startScriptedModel } from './model.ts';
import { planRound, type Round } from './plan.ts';
import { agentsOf, killTree, processesOf, untilGone } from './processes.ts';
import { lineOf, tableOf } from './report.ts';
import { type Script, SEED_FILE, SEED_TEXT } from './script.ts';
import { Session } from './session.ts';
import { living, newWorld, type Place, type World } from './world.ts';

export interface KillOptions {
  readonly count: number;
  readonly seed: number;
  /** Goes on where a run in this directory ended. */
  readonly resume: string | null;
  readonly say: (line: string) => void;
}

/** Nothing here takes so long; what does, hangs. */
const BEGIN_MS = 60_000;

/** Kills the app `count` times and holds what it shows after each restart against what it had acknowledged. */
export async function tortureByKill(options: KillOptions): Promise<boolean> {
  const run = await KillRun.open(options);
  try {
    await run.all();
  } catch (error) {
    run.wrong(`the run broke off: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return await run.end();
}

class KillRun {
  readonly #options: KillOptions;
  readonly #home: string;
  readonly #world: World;
  readonly #model: ScriptedModel;
  readonly #violations: string[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #openMs: number[] = [];
  #onCall: () => void = () => undefined;

  private constructor(options: KillOptions, home: string, world: World, model: ScriptedModel) {
    this.#options = options;
    this.#home = home;
    this.#world = world;
    this.#model = model;
  }

  static async open(options: KillOptions): Promise<KillRun> {
    const home =
      options.resume ?? fs.mkdtempSync(path.join(os.tmpdir(), `gaffer-torture-${options.seed}-`));
    const saved = path.join(home, 'world.json');
    const world: World = fs.existsSync(saved)
      ? JSON.parse(fs.readFileSync(saved, 'utf8'))
      : newWorld(options.seed);
    for (const place of Object.values(directoriesOf(home))) {
      fs.mkdirSync(path.join(place, 'files'), { recursive: true });
      fs.writeFileSync(path.join(place, SEED_FILE), SEED_TEXT);
    }
    // Scripts join while the run goes on; the model looks each one up when it is asked.
    const scripts = { get: (token: string) => world.scripts[token] } as ReadonlyMap<string, Script>;
    return new KillRun(options, home, world, await startScriptedModel(scripts));
  }

  wrong(what: string): void {
    if (this.#violations.includes(what)) return;
    this.#violations.push(what);
    this.#options.say(`  WRONG in round ${this.#world.round + 1}: ${what}`);
  }

  async all(): Promise<void> {
    const { count, say } = this.#options;
    say(`kill: seed ${this.#world.seed}, ${count} kills, in ${this.#home}`);
    while (this.#world.round < count && this.#violations.length === 0) {
      const chance = chanceOf(this.#world.seed, this.#world.round, 'plan');
      const startedAt = Date.now();
      const plan = planRound(this.#world.round, chance);
      await (plan.moment.kind === 'start' ? this.#killAtStart(plan) : this.#killLater(plan));
      this.#world.round += 1;
      this.#save();
      say(lineOf(this.#world, plan, Date.now() - startedAt));
    }
    if (this.#violations.length === 0) await this.#finish();
  }

  async end(): Promise<boolean> {
    const { say } = this.#options;
    await this.#model.server.stop();
    await untilGone(this.#killAgents());
    for (const line of tableOf(this.#world, this.#counts, this.#openMs)) say(line);
    say(`${'violations'.padEnd(42)} ${this.#violations.length}`);
    const passed = this.#violations.length === 0;
    if (passed) fs.rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
    else {
      say(`\n${this.#violations.length} violations; everything is kept in ${this.#home}`);
      for (const what of this.#violations) say(`  ${what}`);
      const { seed } = this.#world;
      say(`again: npm run torture -- kill --count ${this.#options.count} --seed ${seed}`);
      say(`go on: npm run torture -- kill --count ${this.#options.count} --resume ${this.#home}`);
    }
    return passed;
  }

  get #launch(): LaunchOptions & { readonly dataDir: string; readonly homeDir: string } {
    const { openaiUrl, anthropicUrl } = this.#model.server;
    return {
      folder: directoriesOf(this.#home).auto,
      approvals: 'auto',
      dataDir: path.join(this.#home, 'data'),
      homeDir: path.join(this.#home, 'home'),
      env: {
        OPENAI_API_KEY: 'sk-torture',
        OPENAI_BASE_URL: openaiUrl,
        ANTHROPIC_API_KEY: 'sk-ant-torture',
        ANTHROPIC_BASE_URL: anthropicUrl,
        GAFFER_DEFAULT_MODEL: 'openai:gpt-4o',
      },
    };
  }

  async #killAtStart({ moment, agentBeforeMs }: Round): Promise<void> {
    const launch = this.#launch;
    fs.mkdirSync(launch.homeDir, { recursive: true });
    const child = spawn(electronPath(), launchArgs(launch), {
      cwd: root,
      env: cleanEnv(launch.homeDir, launch.env ?? {}),
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    await pause(moment.afterMs);
    await this.#kill(child.pid ?? 0, agentBeforeMs);
  }

  async #killLater(plan: Round): Promise<void> {
    const { moment, agentBeforeMs } = plan;
    const app = await this.#open();
    const dying = deferred();
    let isDying = false;
    const session = this.#session(app);
    const life = this.#live(session, plan, dying).catch((error: unknown) => {
      if (!isDying) throw error;
    });
    try {
      if (moment.kind === 'recovery') await Promise.race([session.answered, life]);
      if (moment.kind === 'window' || moment.kind === 'recovery')
        await Promise.race([pause(moment.afterMs), life]);
      else await Promise.race([dying.promise, life]);
    } finally {
      isDying = true;
      this.#onCall = () => undefined;
      await this.#kill(app.pid, agentBeforeMs);
      await app.electron.close().catch(() => undefined);
      dying.resolve();
      await life.catch(() => undefined);
    }
  }

  /** Begins, rests when it is time to, and acts; `dying` is resolved at the planned moment. */
  async #live(session: Session, { moment, rest, fault }: Round, dying: Deferred): Promise<void> {
    const { round, seed } = this.#world;
    await within(BEGIN_MS, 'the chats after a restart', session.begin(chanceOf(seed, round, 'open')));
    this.#model.server.faults.clear();
    if (rest) await this.#rest(session);
    if (fault !== null) this.#model.server.faults.next(fault);
    const timer = setTimeout(() => {
      if (moment.kind !== 'call') return dying.resolve();
      this.#onCall = () => void pause(moment.thenMs).then(dying.resolve);
    }, moment.afterMs);
    try {
      let isOver = false;
      void dying.promise.then(() => (isOver = true));
      await session.run(
        (lane) => chanceOf(seed, round, 'lane', lane),
        () => isOver,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #rest(session: Session): Promise<void> {
    const tookMs = await session.settle();
    this.#options.say(`      all chats rest after ${(tookMs / 1000).toFixed(1)} s`);
  }

  #session(app: RunningApp): Session {
    return new Session(app, {
      world: this.#world,
      directories: directoriesOf(this.#home),
      wrong: (what) => this.wrong(what),
      counts: this.#counts,
      onCall: () => this.#onCall(),
    });
  }

  async #open(): Promise<RunningApp> {
    const startedAt = Date.now();
    const app = await launchApp(this.#launch);
    this.#openMs.push(Date.now() - startedAt);
    return app;
  }

  async #kill(pid: number, agentBeforeMs: number | null): Promise<void> {
    if (agentBeforeMs !== null) {
      this.#world.agentKills += 1;
      for (const chat of this.#world.chats) {
        for (const sent of living(chat)) if (!sent.complete) sent.agentLost = true;
      }
      this.#killAgents();
      await pause(agentBeforeMs);
    }
    const left = await killTree(pid);
    if (left.length > 0) this.wrong(`processes of the app outlived it: ${left.join(', ')}`);
  }

  #killAgents(): number[] {
    const agents = agentsOf(path.join(this.#home, 'home'));
    killNow(agents);
    return agents;
  }

  /** All comes to rest, the app is closed in order, and nothing of it stays but what must. */
  async #finish(): Promise<void> {
    const app = await this.#open();
    const session = this.#session(app);
    const { seed, round } = this.#world;
    await within(BEGIN_MS, 'the chats at the end', session.begin(chanceOf(seed, round, 'open')));
    await this.#rest(session);
    await app.close();
    await untilGone(this.#killAgents());
    for (const { pid, command } of processesOf(path.join(this.#home, 'home'))) {
      this.wrong(`process ${pid} was left behind: ${command}`);
    }
    for (const what of await checkDatabase(path.join(this.#home, 'data'), this.#home)) this.wrong(what);
    for (const what of this.#model.oddities) this.wrong(what);
  }

  #save(): void {
    fs.writeFileSync(path.join(this.#home, 'world.json'), JSON.stringify(this.#world));
  }
}

/** Where chats run freely, and where each command and change is asked about. */
function directoriesOf(home: string): Readonly<Record<Place, string>> {
  return { auto: path.join(home, 'work'), ask: path.join(home, 'work-ask') };
}
