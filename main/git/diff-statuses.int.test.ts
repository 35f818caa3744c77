import { asId, type ChatId } from '@shared/model/ids.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { githubAnswers } from '../../e2e/fixtures/forge/github.ts';
import type { Clock } from '../base/clock.ts';
import { createEventQueue } from '../base/event-queue.ts';
import { DrivenClock } from '../tools/testing/driven-clock.ts';
import { fakeAgent } from '../tools/testing/fake-agent.ts';
import { openTestGit, type TestGit } from './test-git.ts';

const LONG = { timeout: 60_000 };
const WEB = 'https://github.com';
const NAME = 'octocat/hello';
let driven: DrivenClock;
let place: TestGit;
let chatIds: readonly ChatId[];
/** What the forge answers; null: nothing, ever. */
let answers: Readonly<Record<string, unknown>> | null;
/** Looks for a pull request by its branch. */
let looks: number;

/** What is stored is of the database's time. */
function clockOf(clock: DrivenClock): Clock {
  const from = Date.now();
  return { now: () => from + clock.now(), sleep: (ms, signal) => clock.sleep(ms, signal) };
}

const fetchAnswer: typeof globalThis.fetch = async (input, init) => {
  const path = new Request(input).url.replace('https://api.github.com', '');
  if (path.includes('/pulls?')) looks += 1;
  if (answers === null)
    return new Promise((_, reject) =>
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
    );
  const body = answers[path];
  return new Response(JSON.stringify(body ?? {}), { status: body === undefined ? 404 : 200 });
};

beforeEach(async () => {
  driven = new DrivenClock();
  looks = 0;
  answers = githubAnswers(WEB, NAME, 'topic', null);
  const client = fakeAgent({
    gitHead: () => Promise.resolve({ kind: 'none' }),
    // It never says anything.
    events: (_request, { signal }) => createEventQueue(signal),
  });
  place = await openTestGit({ client, clock: clockOf(driven), fetch: fetchAnswer });
  const workspace = await place.newWorkspace('/work/place');
  chatIds = [await place.newChat(workspace), await place.newChat(workspace)];
});
afterEach(() => place.close());

const [ORIGIN, BRANCH] = [`git@github.com:${NAME}.git`, 'topic'];

/** Git ran: in the first chat, or, with null, somewhere in the workspace. */
async function ran(chatId: ChatId | null) {
  const [workspace] = (await place.store.call('loadWorkspaces', { ownerId: place.ownerId })).map(
    ({ id }) => id,
  );
  if (!workspace) throw new Error('there is a workspace');
  await place.git.statuses.onPlace({
    chatId,
    workspaceIds: [workspace],
    directory: '/work/place',
    branch: BRANCH,
    origin: ORIGIN,
  });
}

const first = () => chatIds[0] ?? asId<ChatId>('');
const row = (chatId = first()) => place.store.call('loadDiffStatus', { ownerId: place.ownerId, chatId });
const toLook = (times: number) => expect.poll(() => looks, LONG).toBe(times);
/** What was found is stored: the look is over, and so is its own timer. */
const toTell = (times: number) => expect.poll(() => place.told.length, LONG).toBe(times);
/** The next look is due in so long, and not before. */
async function nextLook(ms: number, times: number) {
  await expect.poll(() => driven.sleeping, LONG).toBe(1);
  const told = place.told.length;
  await driven.pass(ms - 1);
  expect(looks).toBe(times - 1);
  await driven.pass(1);
  await toLook(times);
  await toTell(told + 1);
}

test('after git ran it looks again after 1, 3, 5, 10 and 20 seconds, and then no more', async () => {
  await ran(first());
  for (const [at, delay] of [1_000, 3_000, 5_000, 10_000, 20_000].entries()) await nextLook(delay, at + 1);
  await expect.poll(() => driven.sleeping, LONG).toBe(0);
  await driven.pass(600_000);
  expect(looks).toBe(5);
  expect(await row()).toMatchObject({ url: `${WEB}/${NAME}/tree/topic`, pull_request_number: null });
});

test('it stops as soon as each chat that is concerned has a pull request', async () => {
  await ran(null);
  await expect.poll(() => driven.sleeping, LONG).toBe(1);
  await driven.pass(1_000);
  await toTell(4);
  answers = githubAnswers(WEB, NAME, 'topic', { number: 3 });
  await expect.poll(() => driven.sleeping, LONG).toBe(1);
  await driven.pass(3_000);
  await toTell(6);
  expect(looks).toBe(4);
  for (const chatId of chatIds)
    await expect.poll(() => row(chatId), LONG).toMatchObject({ pull_request_number: 3 });
  await expect.poll(() => driven.sleeping, LONG).toBe(0);
  // Each was told of when it was concerned, and at each look.
  for (const chatId of chatIds) expect(place.told.filter((id) => id === chatId)).toHaveLength(3);
});

test('what happens again begins anew', async () => {
  await ran(first());
  await nextLook(1_000, 1);
  await expect.poll(() => driven.sleeping, LONG).toBe(1);
  await ran(first());
  await nextLook(1_000, 2);
});

test('a look takes 20 seconds at most, and one that failed is put off by two minutes', async () => {
  answers = null;
  await ran(first());
  await expect.poll(() => driven.sleeping, LONG).toBe(1);
  await driven.pass(1_000);
  await toLook(1);
  await driven.pass(20_000);
  const inTwoMinutes = async () => Date.parse((await row())?.stale_at ?? '') - Date.now();
  await expect.poll(inTwoMinutes, LONG).toBeGreaterThan(100_000);
  expect((await row())?.refreshed_at).toBeNull();
});

test('who asks gets what is fresh as it is, and what is stale after a look; an error leaves the old', async () => {
  const load = () => place.git.statuses.load(first());
  expect(await load()).toBeNull();
  const [workspace] = (await place.store.call('loadWorkspaces', { ownerId: place.ownerId })).map(
    ({ id }) => id,
  );
  const where = { workspaceIds: workspace ? [workspace] : [], directory: '/work/place' };
  const ref = { ownerId: place.ownerId, chatId: first(), branch: BRANCH, origin: ORIGIN, ...where };
  await place.store.call('storeChatGitRef', ref);
  // The database has a clock of its own: whatever it said is past.
  await driven.pass(600_000);
  answers = githubAnswers(WEB, NAME, 'topic', { number: 3 });
  expect(await load()).toMatchObject({ pull_request_number: 3, pull_request_state: 'open' });
  expect(looks).toBe(1);
  answers = githubAnswers(WEB, NAME, 'topic', { number: 3, state: 'closed', merged: true });
  await driven.pass(119_000);
  expect(await load()).toMatchObject({ pull_request_state: 'open' });
  await driven.pass(2_000);
  expect(await load()).toMatchObject({ pull_request_state: 'merged' });
  answers = {};
  await driven.pass(121_000);
  expect(await load()).toMatchObject({ pull_request_number: 3, pull_request_state: 'merged' });
  // Not again at once.
  const before = looks;
  expect(await load()).toMatchObject({ pull_request_number: 3 });
  expect(looks).toBe(before);
});
