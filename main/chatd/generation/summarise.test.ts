import { describe, expect, it } from 'vitest';
import type { Clock } from '../../base/clock.ts';
import { noUsage } from '../../models/no-usage.ts';
import type { ModelEvent, ModelRequest } from '../../models/port.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import { DrivenClock, settle } from '../../tools/testing/driven-clock.ts';
import { askForSummary, SUMMARY_TIMEOUT_MS } from './summarise.ts';
import { SUMMARY_REQUEST } from './summary.ts';

type Finish = Extract<ModelEvent, { type: 'finish' }>;
const finish = (reason: Finish['reason'] = 'stop'): Finish => ({
  type: 'finish',
  reason,
  usage: noUsage,
  contextLimit: null,
  responseId: null,
});
const text = (block: number, delta: string): ModelEvent => ({ type: 'text', block, delta });

function model(answer: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>) {
  const stream = { provider: 'Test', promptCaching: true, stream: answer };
  return { model: stream, name: 'm', provider: 'Test', options: {} } as unknown as ResolvedModel;
}

async function ask(
  ready: ResolvedModel,
  clock: Clock = new DrivenClock(),
  signal = new AbortController().signal,
) {
  const said: string[] = [];
  const call = {
    prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }],
    tools: [{ name: 'look', description: '', parameters: {} }],
    maxOutputTokens: 100,
  };
  const summary = await askForSummary({ clock }, { ready, contextLimit: null, signal }, call, {
    onText: (delta) => said.push(delta),
  });
  return { ...summary, said };
}

describe('the summary call', () => {
  it('asks with the tools, which must not be called, and joins its blocks with a space', async () => {
    const requests: ModelRequest[] = [];
    const summary = await ask(
      model(async function* (request) {
        requests.push(request);
        yield* [text(0, ' They '), text(0, 'talked.'), text(1, 'Then left. '), finish()];
      }),
    );
    expect(summary).toMatchObject({
      text: 'They talked. Then left.',
      said: [' They ', 'talked.', ' Then left. '],
    });
    expect(requests[0]).toMatchObject({ toolChoice: 'none', tools: [{ name: 'look' }] });
    expect(requests[0]?.messages.at(-1)).toMatchObject({
      content: [{ text: SUMMARY_REQUEST }],
      cache: true,
    });
  });

  it('says where it was cut; an answer without words is an empty one', async () => {
    const cut = model(async function* () {
      yield* [text(0, 'They ta'), finish('length')];
    });
    expect((await ask(cut)).text).toMatch(/^They ta\n\n\(.*cut/);
    const empty = model(async function* () {
      yield* [text(0, ' \n'), finish()];
    });
    expect((await ask(empty)).text).toBe('');
  });

  it('gives up after 90 s, which no retry makes better; a stop keeps its own reason', async () => {
    const clock = new DrivenClock();
    const silent = model(async function* (_request, signal) {
      yield text(0, 'They');
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    const late = ask(silent, clock).catch((error: unknown) => error);
    await clock.pass(SUMMARY_TIMEOUT_MS);
    expect(await late).toMatchObject({ name: 'ModelError', kind: 'timeout', retryable: false });
    const stop = new AbortController();
    const stopped = ask(silent, clock, stop.signal).catch((error: unknown) => error);
    await settle();
    const reason = new Error('stopped');
    stop.abort(reason);
    expect(await stopped).toBe(reason);
    expect(clock.sleeping).toBe(0);
  });
});
