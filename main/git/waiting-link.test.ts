import { asId, type ChatId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { bounded } from '../tools/link-clock.ts';
import { DrivenClock } from '../tools/testing/driven-clock.ts';
import { createGitQuestions } from './questions.ts';
import { waitingLink } from './waiting-link.ts';

const chatId = asId<ChatId>('6a7b1c1e-0000-4000-8000-000000000001');
const about = { host: 'forge.example', machine: 'this computer', directory: '/w', command: 'git push' };
const question = { kind: 'use', once: false, chatId, ...about } as const;

/** A command that may take 10 s, as `execute` counts them. */
function command(chat: ChatId) {
  const clock = new DrivenClock();
  const questions = createGitQuestions(systemRandom);
  const link = waitingLink(questions, chat, null);
  const limits = { clock, link, limitMs: 10_000, signal: new AbortController().signal };
  const end = bounded(limits, (signal) => clock.sleep(1_000_000, signal)).catch((error: unknown) => error);
  return { clock, questions, end };
}

test('the time of a command stands still while git waits for the person', async () => {
  const { clock, questions, end } = command(chatId);
  await clock.pass(4_000);
  const asked = questions.ask(question, new AbortController().signal);
  await clock.pass(60_000);
  const [open] =
    (await questions.watch(new AbortController().signal)[Symbol.asyncIterator]().next()).value ?? [];
  expect(questions.answer(open?.id ?? '', { kind: 'use', allow: true }).ok).toBe(true);
  expect(await asked).toEqual({ kind: 'use', allow: true });
  await clock.pass(5_000);
  expect(clock.sleeping).toBeGreaterThan(0);
  await clock.pass(1_000);
  expect(await end).toEqual({ kind: 'timeout' });
  expect(clock.sleeping).toBe(0);
});

test('a question of another chat stops no other clock', async () => {
  const { clock, questions, end } = command(asId<ChatId>('6a7b1c1e-0000-4000-8000-000000000002'));
  const gone = new AbortController();
  const asked = questions.ask(question, gone.signal).catch(() => 'gone');
  await clock.pass(10_000);
  expect(await end).toEqual({ kind: 'timeout' });
  gone.abort();
  expect(await asked).toBe('gone');
});
