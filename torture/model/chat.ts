import { randomUUID } from 'node:crypto';
import type { ChatId, ModelConfigId } from '../../shared/model/ids.ts';
import type { ChatView } from '../../shared/model/reducer.ts';
import type { TortureDaemon } from '../harness/daemon.ts';
import { type Subscriber, subscribe } from '../harness/subscriber.ts';
import type { Failure } from './failures.ts';
import type { Network } from './network.ts';
import { wordsOf, wordsProblem } from './words.ts';

/** Nothing may take longer; a stall is noticed after 3 s here. */
const WITHIN_MS = 30_000;
const WORDS = 40;
/** About 3 MB: more than the part buffer holds. */
const MANY_WORDS = 300_000;

export interface Case {
  readonly mark: string;
  readonly failure: Failure;
  readonly modelConfigId: ModelConfigId;
  /** How often in a row it fails before the right answer comes. */
  readonly times: number;
}

/** What one chat met; `problems` is empty when all that must hold did. */
export interface Met {
  readonly seen: readonly string[];
  readonly problems: readonly string[];
}

/** Drives one chat through its failure to a right answer. Never rejects. */
export async function meet(daemon: TortureDaemon, network: Network, one: Case): Promise<Met> {
  const met = { seen: [] as string[], problems: [] as string[] };
  const { failure, mark, times } = one;
  const words = failure.name === 'huge answer' ? MANY_WORDS : WORDS;
  network.add(mark, { times, trouble: failure.trouble, words });
  let subscriber: Subscriber | null = null;
  try {
    const { chatId } = await value(
      daemon.call('chat.create', {
        workspaceId: null,
        text: `Say your words, ${mark}.`,
        modelConfigId: one.modelConfigId,
        sendKey: randomUUID(),
      }),
    );
    subscriber = watch(daemon, chatId, failure, met.problems);
    await new Meeting({ daemon, network, subscriber, chatId, one, words, met }).run();
  } catch (error) {
    met.problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await subscriber?.close();
  }
  return met;
}

/** Every moment counts: a window that shows a word twice for a frame has shown it twice. */
function watch(daemon: TortureDaemon, chatId: ChatId, failure: Failure, problems: string[]): Subscriber {
  let events = 0;
  return subscribe(daemon, {
    chatId,
    onEvent(_event, view) {
      events += 1;
      const isLong = failure.name === 'huge answer' || failure.name === 'answer without an end';
      if (!view || problems.length > 3 || (isLong && events % 50 !== 0)) return;
      const text = view.live.parts.map((part) => ('text' in part ? part.text : '')).join('');
      const problem = text === '' || failure.name === 'answer without an end' ? null : wordsProblem(text);
      if (problem !== null) problems.push(`while streaming, ${problem}`);
    },
  });
}

interface Meeters {
  readonly daemon: TortureDaemon;
  readonly network: Network;
  readonly subscriber: Subscriber;
  readonly chatId: ChatId;
  readonly one: Case;
  readonly words: number;
  readonly met: { readonly seen: string[]; readonly problems: string[] };
}

class Meeting {
  readonly #with: Meeters;
  readonly #problems: string[];

  constructor(all: Meeters) {
    this.#with = all;
    this.#problems = all.met.problems;
  }

  async run(): Promise<void> {
    const { one, network } = this.#with;
    const { expected } = one.failure;
    if (expected.is === 'retried') for (let n = 1; n <= one.times; n += 1) await this.#retried(expected, n);
    else if (expected.is === 'shown') await this.#shown(expected);
    else await this.#finished();
    const huge = one.failure.name === 'huge answer';
    const attempt = huge ? 1 : one.times + 1;
    await this.#answered(attempt);
    this.#mustBe('model calls', network.attempts(one.mark), attempt);
  }

  async #retried(expected: Extract<Failure['expected'], { is: 'retried' }>, n: number): Promise<void> {
    const { subscriber, met } = this.#with;
    const view = await this.#until(`the countdown ${n}`, (v) => v.retry?.attempt === n || v.error !== null);
    const retry = view.retry;
    if (!retry) throw new Error(`it was shown as an error of kind ${view.error?.kind}, not tried again`);
    met.seen.push(`retry ${n}: ${retry.kind}${retry.status_code ? ` ${retry.status_code}` : ''}`);
    this.#mustBe('kind', retry.kind, expected.kind);
    this.#mustBe('status code', retry.status_code, expected.status);
    this.#mustBe('status', view.status, 'running');
    // 1, 2, 4 s …, unless the provider asks for more.
    this.#mustBe('wait', retry.delay_ms, Math.max(1000 * 2 ** (n - 1), expected.waitMs ?? 0));
    if (subscriber.view()?.retry?.attempt === n) await this.#retryNow();
  }

  async #shown(expected: Extract<Failure['expected'], { is: 'shown' }>): Promise<void> {
    const { met } = this.#with;
    const view = await this.#until('the error', (v) => v.status === 'error' && v.error !== null);
    const { error } = view;
    met.seen.push(`shown: ${error?.kind}${error?.status_code ? ` ${error.status_code}` : ''}`);
    this.#mustBe('kind', error?.kind, expected.kind);
    this.#mustBe('status code', error?.status_code, expected.status);
    this.#mustBe('retryable', error?.retryable, false);
    if (!error?.message) this.#problems.push('the error has no words');
    this.#mustBe('messages', view.messages.length, 1);
    await this.#retryNow();
  }

  async #finished(): Promise<void> {
    const { daemon, chatId, one, met } = this.#with;
    const view = await this.#until('the end of the turn', (v) => v.status !== 'running');
    met.seen.push(`ended: ${view.status}`);
    this.#mustBe('status', view.status, 'waiting');
    if (one.failure.name === 'huge answer') return;
    this.#mustBe('messages', view.messages.length, 1);
    const text = `And again, ${one.mark}.`;
    await value(daemon.call('chat.send', { chatId, text, sendKey: randomUUID() }));
  }

  /** "Retry now", or Retry on the error. The wait may be over by itself: then there is nothing to skip. */
  async #retryNow(): Promise<void> {
    const { daemon, chatId } = this.#with;
    const outcome = await daemon.call('chat.retry', { chatId });
    if (!outcome.ok && outcome.error.code !== 'not-allowed')
      this.#problems.push(`retry: ${outcome.error.code}`);
  }

  async #answered(attempt: number): Promise<void> {
    const { daemon, chatId, words, met } = this.#with;
    const view = await this.#until(
      'the right answer',
      (v) => v.status === 'waiting' && v.messages.at(-1)?.role === 'assistant',
    );
    const wanted = wordsOf(attempt, words).join('');
    const page = await value(daemon.call('chat.page', { chatId, limit: 200 }));
    for (const [where, messages] of [
      ['the window', view.messages],
      ['the database', page.messages],
    ] as const) {
      const answers = messages.filter((message) => message.role === 'assistant');
      this.#mustBe(`answers in ${where}`, answers.length, 1);
      const text = (answers[0]?.content ?? []).map((p) => (p.type === 'text' ? p.text : '')).join('');
      if (text !== wanted)
        this.#problems.push(
          `${where}: ${wordsProblem(text) ?? `${text.length} of ${wanted.length} characters`}`,
        );
    }
    this.#mustBe('error', view.error, null);
    this.#mustBe('retry', view.retry, null);
    this.#mustBe('live parts', view.live.parts.length, 0);
    met.seen.push('answered');
  }

  #until(what: string, condition: (view: ChatView) => boolean): Promise<ChatView> {
    return this.#with.subscriber.until(what, condition, WITHIN_MS);
  }

  #mustBe(what: string, is: unknown, wanted: unknown): void {
    if (is !== wanted) this.#problems.push(`${what} is ${String(is)}, not ${String(wanted)}`);
  }
}

async function value<T>(
  answer: Promise<{ ok: true; value: T } | { ok: false; error: { code: string } }>,
): Promise<T> {
  const outcome = await answer;
  if (!outcome.ok) throw new Error(`refused: ${outcome.error.code}`);
  return outcome.value;
}
