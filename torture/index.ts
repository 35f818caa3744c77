import { parseArgs } from 'node:util';
import { tortureByKill } from './kill/kill.ts';

const USAGE = 'usage: npm run torture -- kill [--count N] [--seed S] [--resume DIR]';
/** What CI does; a full run is 200. */
const USUAL_COUNT = 25;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { count: { type: 'string' }, seed: { type: 'string' }, resume: { type: 'string' } },
  });
  const count = Number(values.count ?? USUAL_COUNT);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (positionals.join() !== 'kill' || !(count > 0) || !Number.isInteger(seed)) {
    say(USAGE);
    return 2;
  }
  const passed = await tortureByKill({ count, seed, resume: values.resume ?? null, say });
  return passed ? 0 : 1;
}

process.exitCode = await main();
