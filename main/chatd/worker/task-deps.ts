import type { StepDeps } from '../generation/ports.ts';
import type { StepView } from '../machine/types.ts';

/** What the runner does next: look again, or leave (the chat went on without us, or nothing is to be done). */
export type TaskEnd = 'again' | 'leave';

export interface TaskDeps extends StepDeps {
  /** Starts the background title once a chat wants one. Never throws. */
  startTitle(view: StepView): void;
}
