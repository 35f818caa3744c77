import type { CallFailure } from '@shared/contract/define.ts';
import type { Kept } from '@shared/contract/hosts.ts';
import type { HostAnswer, HostQuestion } from '@shared/model/host.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { type Broadcast, createBroadcast } from '../base/broadcast.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Questions, SecretPrompt, SignInAsked } from './questions.ts';
import type { Remembered } from './remembered.ts';

/** Questions of connections, for whoever sits at the windows. */
export interface Asker extends Questions {
  /** What is open, the oldest first: now, and after every change. */
  watch(signal: AbortSignal): AsyncIterable<readonly HostQuestion[]>;
  /** The first answer counts. */
  answer(id: string, answer: HostAnswer): Promise<Result<Kept, CallFailure<'gone' | 'bad-answer'>>>;
}

export interface AskerDeps {
  readonly remembered: Remembered;
  readonly random: Random;
  readonly log: Log;
}

interface Open {
  readonly question: HostQuestion;
  /** In the order of the question's prompts; none for a host key. */
  readonly prompts: readonly SecretPrompt[];
  settle(answer: HostAnswer): void;
}

/** The server's own words, of any length. */
const MAX_LABEL = 200;
const MAX_INSTRUCTIONS = 2_000;

export function createAsker(deps: AskerDeps): Asker {
  return new WindowAsker(deps);
}

class WindowAsker implements Asker {
  readonly #deps: AskerDeps;
  readonly #open = new Map<string, Open>();
  readonly #changes: Broadcast<null> = createBroadcast<null>();

  constructor(deps: AskerDeps) {
    this.#deps = deps;
  }

  async hostKey(asked: Parameters<Questions['hostKey']>[0], signal: AbortSignal): Promise<boolean> {
    const question = { ...asked, kind: 'host-key', id: this.#deps.random.uuid() } as const;
    const answer = await this.#ask(question, [], signal);
    return answer.kind === 'host-key' && answer.accept;
  }

  async signIn(asked: SignInAsked, signal: AbortSignal): Promise<readonly string[] | null> {
    const kept = await this.#recall(asked);
    signal.throwIfAborted();
    const missing = asked.prompts.filter((_, at) => kept[at] === null);
    if (missing.length === 0) return kept.map((value) => value ?? '');
    const id = this.#deps.random.uuid();
    const answer = await this.#ask(signInQuestion(id, asked, missing), missing, signal);
    switch (answer.kind) {
      case 'sign-in': {
        const typed = answer.values[Symbol.iterator]();
        return kept.map((value) => value ?? typed.next().value ?? '');
      }
      case 'host-key':
      case 'cancel':
        return null;
    }
  }

  async *watch(signal: AbortSignal): AsyncGenerator<readonly HostQuestion[]> {
    const left = new AbortController();
    const changes = this.#changes.watch(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
    try {
      // Asked before the first list goes out, so that no change between the two is lost.
      let change = changes.next();
      for (;;) {
        yield [...this.#open.values()].map(({ question }) => question);
        if ((await change).done) return;
        change = changes.next();
      }
    } finally {
      // A generator's return waits behind its pending next, which only the signal ends.
      left.abort();
      await changes.return?.();
    }
  }

  async answer(id: string, answer: HostAnswer): Promise<Result<Kept, CallFailure<'gone' | 'bad-answer'>>> {
    const open = this.#open.get(id);
    if (!open) return err({ code: 'gone', message: 'This was answered already, or is no longer asked.' });
    const { question, prompts } = open;
    const fits =
      answer.kind === 'cancel' ||
      (answer.kind === question.kind &&
        (answer.kind !== 'sign-in' || answer.values.length === prompts.length));
    if (!fits) return err({ code: 'bad-answer', message: 'The answer does not fit what was asked.' });
    open.settle(answer);
    return ok(answer.kind === 'sign-in' ? await this.#keep(open, answer) : 'nowhere');
  }

  /** What is kept for each prompt; null: the person must say it. A refused answer is not used again. */
  async #recall({ prompts, attempt }: SignInAsked): Promise<readonly (string | null)[]> {
    const { remembered, log } = this.#deps;
    try {
      return await Promise.all(
        prompts.map(async ({ secret }) => {
          if (secret === null) return null;
          if (attempt === 1) return remembered.find(secret);
          await remembered.forget(secret);
          return null;
        }),
      );
    } catch (error) {
      log.warn('ssh: what was remembered cannot be read', errorFields(error));
      return prompts.map(() => null);
    }
  }

  async #keep({ question, prompts }: Open, answer: HostAnswer & { kind: 'sign-in' }): Promise<Kept> {
    const { remembered, log } = this.#deps;
    const typed = prompts.map((prompt, at) => ({ ...prompt, value: answer.values[at] ?? '' }));
    for (const { echo, value } of typed) if (!echo && value !== '') remembered.learn(value);
    if (!answer.remember) return 'nowhere';
    let kept: Kept = 'nowhere';
    try {
      for (const { secret, value } of typed) {
        if (secret === null || value === '') continue;
        await remembered.keep(question.host, secret, value);
        kept = remembered.persist ? 'in-key-store' : 'in-memory';
      }
    } catch (error) {
      log.warn('ssh: an answer was not kept', { host: question.host, ...errorFields(error) });
    }
    return kept;
  }

  async #ask(
    question: HostQuestion,
    prompts: readonly SecretPrompt[],
    signal: AbortSignal,
  ): Promise<HostAnswer> {
    signal.throwIfAborted();
    let onAbort = () => {};
    try {
      return await new Promise<HostAnswer>((resolve, reject) => {
        onAbort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
        // Gone with the answer, not when its connection goes on: a second answer must find nothing.
        const settle = (answer: HostAnswer) => {
          this.#withdraw(question.id);
          resolve(answer);
        };
        this.#open.set(question.id, { question, prompts, settle });
        this.#changes.send(null);
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#withdraw(question.id);
    }
  }

  #withdraw(id: string): void {
    if (this.#open.delete(id)) this.#changes.send(null);
  }
}

function signInQuestion(
  id: string,
  { prompts: _all, instructions, ...asked }: SignInAsked,
  missing: readonly SecretPrompt[],
): HostQuestion {
  return {
    ...asked,
    kind: 'sign-in',
    id,
    instructions: cut(instructions, MAX_INSTRUCTIONS),
    prompts: missing.map(({ label, echo, secret }) => ({
      label: cut(label, MAX_LABEL),
      echo,
      canRemember: secret !== null,
    })),
  };
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
