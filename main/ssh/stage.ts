import type { StageName } from '@shared/model/host.ts';
import { LinkFault } from './fault.ts';
import type { OpenStage, Trace } from './trace.ts';

export interface StageWords {
  readonly stage: StageName;
  readonly hop: string;
  /** What is tried. */
  readonly summary: string;
}

const PASSING = 'Nothing to do: Gaffer tries again by itself.';

/** Runs one stage; `run` says how it went well. What it throws fails the stage, with its fix, and goes on. */
export async function inStage<T>(
  trace: Trace | null,
  { stage, hop, summary }: StageWords,
  run: (open: OpenStage) => Promise<T>,
): Promise<T> {
  const open = trace?.begin(stage, hop, summary) ?? UNSEEN;
  try {
    return await run(open);
  } catch (error) {
    if (error instanceof LinkFault)
      open.failed(error.message, {
        detail: error.detail,
        fix: error.fix,
      });
    else open.failed('It was given up.', { detail: String(error), fix: PASSING });
    throw error;
  }
}

const UNSEEN: OpenStage = { wait() {}, go() {}, ok() {}, failed() {} };
