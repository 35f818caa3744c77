import { failpoint } from '../base/failpoints.ts';
import type { FileChange, Journal } from '../base/journal.ts';
import type { Log } from '../base/log-file.ts';
import { failureOf, Refusal, refusalOf } from '../base/refusal.ts';

/** One mutating call, cut where a crash may fall. */
export interface Effect<Plan> {
  /** Checks everything that can be refused; nothing has happened when it throws. */
  plan(): Promise<Plan>;
  changes(plan: Plan): readonly FileChange[];
  /** The effect; answers the body of the reply. */
  apply(plan: Plan): Promise<unknown>;
  /** After a crash between intent and outcome: finishes what was begun, or throws `unknown-outcome`. */
  recover(begun: readonly FileChange[]): Promise<unknown>;
}

export interface Keyed {
  readonly key: string;
  readonly hash: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Runs each key once: intent on disk, effect, outcome on disk, reply. A repeat gets the first one's answer. */
export class KeyedCalls {
  private readonly journal: Journal;
  private readonly log: Log;
  private readonly running = new Map<string, { hash: string; answer: Promise<Answer> }>();

  constructor(journal: Journal, log: Log) {
    this.journal = journal;
    this.log = log;
  }

  run<Plan>(call: Keyed, effect: Effect<Plan>): Promise<Answer> {
    const other = this.running.get(call.key);
    if (other) return other.hash === call.hash ? other.answer : Promise.reject(keyReused(call.key));
    const answer = this.once(call, effect).finally(() => this.running.delete(call.key));
    this.running.set(call.key, { hash: call.hash, answer });
    return answer;
  }

  private async once<Plan>(call: Keyed, effect: Effect<Plan>): Promise<Answer> {
    const entry = this.journal.find(call.key);
    if (entry && entry.intent.hash !== call.hash) throw keyReused(call.key);
    if (entry?.answer) return entry.answer;
    if (entry) return this.settled(call, () => effect.recover(entry.intent.files));
    const plan = await effect.plan();
    failpoint('before-intent');
    await this.journal.intend(call.key, call.hash, effect.changes(plan)).catch((error: unknown) => {
      throw refusalOf(error, 'the journal');
    });
    failpoint('after-intent');
    return this.settled(call, () => effect.apply(plan));
  }

  private async settled(call: Keyed, effect: () => Promise<unknown>): Promise<Answer> {
    failpoint('before-effect');
    const answer = await effect().then(
      (body) => ({ status: 200, body }),
      (error: unknown) => {
        const refusal = refusalOf(error, 'the call');
        return { status: refusal.status, body: failureOf(refusal) };
      },
    );
    failpoint('after-effect');
    // A fault (a full disk, no process left) is not the last word: a repeat looks how far it came and goes on.
    if (answer.status >= 500) return answer;
    failpoint('before-result');
    // The effect stands whether or not its record does: without one, a repeat finds out by looking.
    await this.journal.settle(call.key, answer.status, answer.body).catch((error: unknown) => {
      this.log('outcome not recorded', { key: call.key, error: String(error) });
    });
    failpoint('after-result');
    return answer;
  }
}

function keyReused(key: string): Refusal {
  return new Refusal(409, 'key-reused', `the key ${key} was used for another request`);
}
