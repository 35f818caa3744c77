import type { AppEvent } from '@shared/contract/app.ts';
import type { LocalWork, QuitAnswer } from '@shared/model/local-work.ts';
import { type Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import { abortable } from '../tools/abortable.ts';
import type { LocalWorks } from '../workspaces/local-work.ts';

/** Nobody answers: Gaffer quits, and what runs goes on, as after a crash. */
const QUIT_ANSWER_MS = 15_000;
/** Looking must not keep anybody from quitting. */
const LOOK_MS = 2_000;
const STOP_MS = 8_000;

export interface LeavingDeps {
  readonly works: LocalWorks;
  /** Asks in the window in front; false: there is none. */
  ask(event: AppEvent): boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whether Gaffer may quit: what still runs on this computer is the person's to decide about. */
export interface Leaving {
  mayLeave(): Promise<boolean>;
  answer(answer: QuitAnswer): void;
}

export function createLeaving(deps: LeavingDeps): Leaving {
  const { clock, log } = deps;
  let onAnswer: (answer: QuitAnswer) => void = () => {};

  async function look(): Promise<LocalWork | null> {
    const bound = AbortSignal.timeout(LOOK_MS);
    return abortable(deps.works.load(bound), bound).catch((error: unknown) => {
      log.warn('what runs was not looked at before quitting', errorFields(error));
      return null;
    });
  }

  async function asked(work: LocalWork): Promise<QuitAnswer> {
    const bound = new AbortController();
    const answered = new Promise<QuitAnswer>((resolve) => {
      onAnswer = resolve;
    });
    const answerBy = new Date(clock.now() + QUIT_ANSWER_MS).toISOString();
    if (!deps.ask({ type: 'quitting', work, answerBy })) return 'keep';
    const late = clock.sleep(QUIT_ANSWER_MS, bound.signal).then(
      (): QuitAnswer => 'keep',
      (): QuitAnswer => 'keep',
    );
    const answer = await Promise.race([answered, late]);
    bound.abort();
    return answer;
  }

  return {
    answer: (answer) => onAnswer(answer),
    async mayLeave() {
      const work = await look();
      if (!work || work.commands.length + work.terminals.length === 0) return true;
      const answer = await asked(work);
      if (answer === 'stop')
        await deps.works.stop(work, AbortSignal.timeout(STOP_MS)).catch((error: unknown) => {
          log.warn('not everything was stopped before quitting', errorFields(error));
        });
      return answer !== 'cancel';
    },
  };
}
