import type { BudgetScope, PendingAction } from '@shared/model/chat.ts';
import { dollars, plural } from '../../lib/format.ts';

/** What a card that is no approval is called, and what it says. */
export interface ActionWords {
  /** "Loop", "Budget", "Question": the beginning of the card's name. */
  readonly kind: string;
  readonly sentence: string;
  /** Shown apart, as a machine says it. */
  readonly subject: string;
}

export function actionWords(action: PendingAction): ActionWords {
  switch (action.kind) {
    case 'loop':
      return {
        kind: 'Loop',
        sentence: `made the same call ${plural(action.times, 'time')} in a row, with the same result`,
        subject: action.subject === '' ? action.tool : `${action.tool} ${action.subject}`,
      };
    case 'budget': {
      const next =
        action.estimate_micros === null
          ? 'This model has no price, so what the next step costs is not known.'
          : `The next step needs about ${dollars(action.estimate_micros)}.`;
      return {
        kind: 'Budget',
        sentence: `reached ${budgetWords(action.scope, action.cap_micros)}: ${dollars(action.spent_micros)} are spent. ${next}`,
        subject: '',
      };
    }
    case 'question':
      return { kind: 'Question', sentence: 'asks', subject: action.text };
  }
}

function budgetWords(scope: BudgetScope | undefined, capMicros: number): string {
  const cap = dollars(capMicros);
  if (scope === 'chat') return `its budget of ${cap}`;
  if (scope === undefined) return `the budget of ${cap}`;
  return `the budget of ${cap} for ${scope === 'day' ? 'today' : 'this month'}`;
}
