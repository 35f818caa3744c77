import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import type { LanguageModel } from '../../models/port.ts';
import { DrivenClock, settle } from '../../tools/testing/driven-clock.ts';
import type { StepView } from '../machine/types.ts';
import { openTestChatd, type TestChatd } from '../test-chatd.ts';
import { generateTitle, TITLE_TIMEOUT_MS, wantsTitle } from './title.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

async function viewOf(chatId: StepView['chat']['id']): Promise<StepView> {
  const view = await chatd.store.call('loadStep', { chatId });
  if (!view) throw new Error('no such chat');
  return view;
}

it('#212 a title is wanted by a chat with one message, no answer, and a title that nobody gave it', async () => {
  chatd = await openTestChatd({});
  const chatId = await chatd.create('Fix the parser');
  const view = await viewOf(chatId);
  expect(wantsTitle(view)).toBe(true);
  expect(wantsTitle({ ...view, chat: { ...view.chat, titleSource: 'user' } })).toBe(false);
  expect(wantsTitle({ ...view, chat: { ...view.chat, titleSource: 'model' } })).toBe(false);
  expect(wantsTitle({ ...view, userMessages: 2 })).toBe(false);
  const [first] = view.tail;
  if (!first) throw new Error('no message');
  expect(wantsTitle({ ...view, tail: [first, { ...first, role: 'assistant' }] })).toBe(false);
});

it('#214 a title that takes longer than 30 s is given up: the old one stays, and nothing is told', async () => {
  chatd = await openTestChatd({});
  const chatId = await chatd.create('Fix the parser');
  const clock = new DrivenClock();
  const seen = { asked: 0, left: false };
  const model: LanguageModel = {
    provider: 'Test',
    promptCaching: false,
    async *stream(_request, signal) {
      seen.asked += 1;
      yield { type: 'text', block: 0, delta: 'A late ' };
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          seen.left = true;
          reject(signal.reason as Error);
        });
      });
    },
  };
  const made = generateTitle(
    {
      store: chatd.store,
      clock,
      log: silentLog,
      modelSlots: () => [],
      resolveModel: async () => ({
        model,
        name: 'test',
        provider: 'Test',
        contextLimit: null,
        compressionThreshold: 70,
        maxOutputTokens: 1000,
        maxRetries: null,
        efforts: [],
        effort: null,
        options: {},
        inputs: { images: true, documents: true },
        price: null,
      }),
    },
    await viewOf(chatId),
    new AbortController().signal,
  );
  await expect.poll(() => seen.asked).toBe(1);
  await settle();
  await clock.pass(TITLE_TIMEOUT_MS - 1);
  expect(seen.left).toBe(false);
  await clock.pass(1);
  expect(await made).toBe(false);
  expect(seen.left).toBe(true);
  expect(clock.sleeping).toBe(0);
  expect((await viewOf(chatId)).chat).toMatchObject({ title: 'Test', titleSource: 'fallback' });
});
