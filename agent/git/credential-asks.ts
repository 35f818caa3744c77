import { randomUUID } from 'node:crypto';
import type {
  CredentialAnswer,
  CredentialAsk,
  CredentialsEvent,
  ExternalAuthResponse,
} from '@shared/agent-protocol/credentials.ts';
import { limits } from '../base/limits.ts';
import { Refusal } from '../base/refusal.ts';
import { Wake } from '../base/wake.ts';
import type { Watch } from '../base/watched.ts';

interface Open {
  readonly ask: CredentialAsk;
  readonly wake: Wake;
  until: number;
  /** How to sign in, until the helper has taken it. */
  signIn: string | null;
  answer: Exclude<CredentialAnswer, { kind: 'sign-in' }> | null;
}

export interface AskBounds {
  /** For a person to come by. */
  readonly askMs: number;
  /** After it was said how to sign in. */
  readonly signInMs: number;
}

/** The questions that helpers of git wait with. In memory only: with the agent its helpers lose their answer, too. */
export class CredentialAsks {
  private readonly bounds: AskBounds;
  private readonly open = new Map<string, Open>();
  private readonly followers = new Set<() => void>();

  constructor(bounds: AskBounds = { askMs: limits.askMs, signInMs: limits.signInMs }) {
    this.bounds = bounds;
  }

  /** Throws the refusal that the helper shows. Withdrawn when the signal aborts: the helper has gone. */
  ask(about: Omit<CredentialAsk, 'id'>, signal: AbortSignal): Promise<ExternalAuthResponse> {
    if (this.open.size >= limits.openAsks) throw new Refusal(503, 'busy', 'too many questions are open');
    const id = randomUUID();
    const until = Date.now() + this.bounds.askMs;
    this.open.set(id, { ask: { id, ...about }, wake: new Wake(), until, signIn: null, answer: null });
    this.changed();
    return this.settled(id, signal);
  }

  listen(id: string, processId: string, signal: AbortSignal): Promise<ExternalAuthResponse> {
    if (this.open.get(id)?.ask.process_id !== processId) throw gone();
    return this.settled(id, signal);
  }

  /** The first one counts. */
  answer(id: string, answer: CredentialAnswer): void {
    const one = this.open.get(id);
    if (!one || one.answer) throw gone();
    if (answer.kind === 'sign-in') {
      one.signIn = answer.message;
      one.until = Date.now() + this.bounds.signInMs;
    } else one.answer = answer;
    one.wake.notify();
  }

  readonly watch: Watch<CredentialsEvent> = (changed) => {
    let told: string | null = null;
    this.followers.add(changed);
    return {
      tell: async () => {
        this.sweep();
        const asks = [...this.open.values()].map(({ ask }) => ask);
        const now = JSON.stringify(asks);
        if (now === told) return [];
        told = now;
        return [{ type: 'credentials', asks }];
      },
      close: () => void this.followers.delete(changed),
    };
  };

  private async settled(id: string, signal: AbortSignal): Promise<ExternalAuthResponse> {
    for (;;) {
      const one = this.open.get(id);
      if (!one) throw gone();
      const left = one.until - Date.now();
      if (one.answer || signal.aborted || left <= 0) {
        this.withdraw(id);
        return answered(one, signal);
      }
      if (one.signIn !== null) {
        const message = one.signIn;
        one.signIn = null;
        return { kind: 'sign-in', ask: id, message };
      }
      await one.wake.wait(left, signal);
    }
  }

  /** A helper that was told how to sign in and did not come back. */
  private sweep(): void {
    for (const [id, { until }] of this.open) if (until <= Date.now()) this.open.delete(id);
  }

  private withdraw(id: string): void {
    this.open.delete(id);
    this.changed();
  }

  private changed(): void {
    for (const changed of this.followers) changed();
  }
}

function answered({ answer }: Open, signal: AbortSignal): ExternalAuthResponse {
  if (answer?.kind === 'credentials') return answer;
  if (answer?.kind === 'unknown') throw new Refusal(404, 'not-found', answer.message);
  if (answer) throw new Refusal(403, 'forbidden', answer.message);
  if (signal.aborted) throw new Refusal(503, 'io', 'the helper has gone');
  throw new Refusal(408, 'timeout', 'Nobody answered in time.');
}

function gone(): Refusal {
  return new Refusal(404, 'not-found', 'This is no longer asked.');
}
