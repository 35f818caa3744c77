import { parseArgs } from 'node:util';
import { exitCodeOf, type Fate } from './fate.ts';

/** What a torture is asked to do; the same seed does the same. */
export interface TortureOptions {
  readonly count: number;
  readonly seed: number;
  readonly resume: string | null;
  /** On a real PostgreSQL instead of PGlite. */
  readonly onPostgres: boolean;
  readonly say: (line: string) => void;
}

interface Torture {
  /** What CI does; `what` says of which thing. */
  readonly usualCount: number;
  readonly what: string;
  /** False: something that must hold did not. */
  run(options: TortureOptions): Promise<Fate>;
}

const tortures: Readonly<Record<string, Torture>> = {
  kill: {
    usualCount: 25,
    what: 'kills of the app; with --postgres of replicas on one server; a full run is 200',
    run: async (options) =>
      options.onPostgres
        ? (await import('./replicas/replicas.ts')).tortureReplicas(options)
        : (await import('./kill/kill.ts')).tortureByKill(options),
  },
  model: {
    usualCount: 1,
    what: 'rounds over every failure of a model call, in three languages',
    run: async (options) => (await import('./model/model.ts')).tortureByModel(options),
  },
  stream: {
    usualCount: 25,
    what: 'chats, each with subscribers that come and go',
    run: async (options) => (await import('./stream/stream.ts')).tortureStreams(options),
  },
  machine: {
    usualCount: 2_000,
    what: 'transitions against a reference model; a full run is 100000',
    run: async (options) => (await import('./machine/machine.ts')).tortureMachine(options),
  },
  power: {
    usualCount: 20,
    what: 'power cuts in the lives of the database and of the agent; a full run is 500',
    run: async (options) => (await import('./power/power.ts')).tortureByPower(options),
  },
  fuzz: {
    usualCount: 2_000,
    what: 'inputs to the HTTP API of the workspace agent; a full run is 100000',
    run: async (options) => (await import('./fuzz/fuzz.ts')).tortureByFuzz(options),
  },
  ssh: {
    usualCount: 17,
    what: 'faults of lines, servers, agents and disks under chats that work over SSH; a full run is 200',
    run: async (options) => (await import('./ssh/ssh.ts')).tortureBySsh(options),
  },
  restore: {
    usualCount: 20,
    what: 'restores of a copy, each killed at one of its steps or at a random moment; a full run is 60',
    run: async (options) => (await import('./restore/restore.ts')).tortureByRestore(options),
  },
  failpoints: {
    usualCount: 1_000,
    what: 'cases at most of each failpoint with each tool',
    run: async (options) => (await import('./failpoints/failpoints.ts')).tortureByFailpoints(options),
  },
};

const say = (line: string) => process.stdout.write(`${line}\n`);

function usage(): string {
  const names = Object.entries(tortures).map(([name, { usualCount, what }]) => {
    return `  ${name.padEnd(10)} --count ${usualCount} (${what})`;
  });
  return [
    'usage: npm run torture -- NAME [--count N] [--seed S] [--postgres] [--resume DIR]',
    ...names,
  ].join('\n');
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string' },
      seed: { type: 'string' },
      resume: { type: 'string' },
      postgres: { type: 'boolean', default: false },
    },
  });
  const torture = positionals.length === 1 ? tortures[positionals[0] ?? ''] : undefined;
  const count = Number(values.count ?? torture?.usualCount);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!torture || !(count > 0) || !Number.isInteger(seed)) {
    say(usage());
    return 2;
  }
  const options = { count, seed, resume: values.resume ?? null, onPostgres: values.postgres, say };
  return exitCodeOf(await torture.run(options));
}

process.exitCode = await main();
