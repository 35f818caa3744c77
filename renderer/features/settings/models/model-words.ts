import type { ModelChoice } from '@shared/model/account.ts';
import { tokens } from '../../../lib/format.ts';
import { priceWords } from '../../../lib/money.ts';

/** The second line of a model: its id where the name is another, its room and its price. */
export function modelWords({ name, model, contextLimit, price, priceFrom, settings }: ModelChoice): string {
  const own = priceFrom === 'model' ? ' (yours)' : priceFrom === 'file' ? ' (your file)' : '';
  return [
    ...(name === model ? [] : [model]),
    contextLimit === null ? 'context not known' : `${tokens(contextLimit)} context`,
    price === null ? 'price not known' : `${priceWords(price)}${own}`,
    ...(settings.effort === null ? [] : [`effort ${settings.effort}`]),
    ...(settings.api === null ? [] : [settings.api === 'responses' ? 'Responses' : 'Chat Completions']),
  ].join(' · ');
}
