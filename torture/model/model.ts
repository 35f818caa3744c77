import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ModelChoice } from '../../shared/model/account.ts';
import type { ModelConfigId } from '../../shared/model/ids.ts';
import { startTortureDaemon, type TortureDaemon } from '../harness/daemon.ts';
import type { TortureOptions } from '../index.ts';
import { chanceOf } from '../random.ts';
import { within } from '../waits.ts';
import { type Case, type Met, meet } from './chat.ts';
import { type Dialect, dialects } from './dialects.ts';
import { failures } from './failures.ts';
import { startNetwork } from './network.ts';

/** Chats at once; more would only wait for model slots. */
const LANES = 16;

interface Done {
  readonly failure: string;
  readonly dialect: Dialect['name'];
  readonly met: Met;
}

/**
 * Every failure of a model call, in each of the three languages, `count` times: classified as CHATD 7.3 says, tried
 * again or shown, and in the end the right answer, with no word doubled or lost in any moment of any window.
 */
export async function tortureByModel({ count, seed, say }: TortureOptions): Promise<boolean> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-torture-model-'));
  const chance = chanceOf('model', seed);
  const network = await startNetwork(chance);
  const daemon = await startTortureDaemon({
    dir,
    env: { OPENAI_API_KEY: 'sk-torture-openai', ANTHROPIC_API_KEY: 'sk-torture-anthropic' },
    options: { clock: hurriedClock },
  });
  const startedAt = performance.now();
  try {
    const models = await modelsOf(daemon);
    const todo = shuffled(plan(count, models, chance), chance);
    const done: Done[] = [];
    const lane = async () => {
      for (let next = todo.pop(); next; next = todo.pop())
        done.push({ ...next, failure: next.one.failure.name, met: await meet(daemon, network, next.one) });
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const errors = daemon.log.filter((line) => line.level === 'error');
    await within(20_000, 'the daemon closes', daemon.close());
    const left = network.stalled();
    report(done, say);
    for (const line of errors.slice(0, 5))
      say(`logged as a bug: ${line.message} ${JSON.stringify(line.fields)}`);
    if (left > 0) say(`${left} stalled requests were never left`);
    const bad = done.filter(({ met }) => met.problems.length > 0).length;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`${done.length} chats, ${bad} with problems, seed ${seed}, ${seconds} s`);
    return bad === 0 && errors.length === 0 && left === 0;
  } finally {
    await daemon.close().catch(() => {});
    await network.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

function plan(
  count: number,
  models: ReadonlyMap<Dialect['name'], ModelConfigId>,
  chance: ReturnType<typeof chanceOf>,
): { readonly dialect: Dialect['name']; readonly one: Case }[] {
  return Array.from({ length: count }, (_, round) =>
    failures.flatMap((failure, at) =>
      dialects.map((dialect, which) => {
        const modelConfigId = models.get(dialect.name);
        if (!modelConfigId) throw new Error(`There is no model for ${dialect.name}`);
        const times = failure.expected.is === 'retried' && chance.hit(0.3) ? 2 : 1;
        const mark = `case-${round}-${at * dialects.length + which}`;
        return { dialect: dialect.name, one: { mark, failure, modelConfigId, times } };
      }),
    ),
  ).flat();
}

function shuffled<T>(items: readonly T[], chance: ReturnType<typeof chanceOf>): T[] {
  return items
    .map((item) => ({ item, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The official host speaks Responses, a compatible server Chat Completions. */
async function modelsOf(daemon: TortureDaemon): Promise<ReadonlyMap<Dialect['name'], ModelConfigId>> {
  const added = await daemon.call('accounts.add', {
    kind: 'openai-compat',
    name: 'Compatible',
    baseUrl: 'http://compatible.invalid/v1',
    key: '',
    models: ['torture'],
  });
  if (!added.ok) throw new Error(added.error.code);
  const of = (models: readonly ModelChoice[], account: string) => {
    const found = models.find((model) => model.provider === account);
    if (!found) throw new Error(`${account} has no model`);
    return found.id;
  };
  for await (const { models } of daemon.watch('models.watch', {}, AbortSignal.timeout(10_000))) {
    return new Map([
      ['Responses', of(models, 'OpenAI')],
      ['Chat Completions', of(models, 'Compatible')],
      ['Messages', of(models, 'Anthropic')],
    ]);
  }
  throw new Error('There are no models');
}

/** A row for each failure: what was seen in all three languages, or in each where they differ. */
function report(done: readonly Done[], say: (line: string) => void): void {
  say(`${'failure'.padEnd(24)}${'chats'.padStart(6)}  seen`);
  for (const { name } of failures) {
    const own = done.filter(({ failure }) => failure === name);
    const ways = new Set(own.map(({ met }) => met.seen.join(' → ')));
    say(`${name.padEnd(24)}${String(own.length).padStart(6)}  ${[...ways].sort().join(' | ')}`);
    for (const { dialect, met } of own)
      for (const problem of met.problems) say(`  ✗ ${dialect}: ${problem}`);
  }
}

/** As it is, but whoever would wait for minutes waits for seconds: a stall is noticed after 5 minutes. */
const hurriedClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const done = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const timer = setTimeout(done, ms >= 60_000 ? ms / 100 : ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
