import type { Price } from '@shared/model/account.ts';
import { dollars, plural } from './format.ts';

interface Spent {
  readonly micros: number;
  readonly unpriced: number;
}

/** What something cost; what nobody knows is never shown as nothing. */
export function costWords({ micros, unpriced }: Spent): string {
  if (unpriced > 0) return micros === 0 ? 'cost not known' : `${sum(micros)} or more`;
  return sum(micros);
}

/** Parts of a cent are a distraction in a sum. */
function sum(micros: number): string {
  return micros > 0 && micros < 10_000 ? 'under $0.01' : dollars(micros);
}

/** Why the sum is not the whole, for a second line. */
export function unpricedWords({ unpriced }: Spent): string {
  return unpriced === 0 ? '' : `${plural(unpriced, 'call')} of models without a price`;
}

/** "$1.25 in, $10.00 out": dollars for a million tokens. */
export function priceWords({ input, output }: Price): string {
  if (input === 0 && output === 0) return 'free';
  return `${dollars(input * 1_000_000)} in, ${dollars(output * 1_000_000)} out`;
}

/** Twice the cap; where that is not enough, the next round sum that is: $1, $2, $5, $10, $20 … */
export function raisedCap(capMicros: number, neededMicros: number): number {
  const twice = Math.max(2 * capMicros, 1_000_000);
  if (twice >= neededMicros) return twice;
  const unit = 10 ** Math.floor(Math.log10(neededMicros));
  return ([1, 2, 5, 10].find((times) => times * unit >= neededMicros) ?? 10) * unit;
}

/** "$10" where there are no cents. */
export function wholeDollars(micros: number): string {
  return dollars(micros).replace(/\.00$/, '');
}

/** What a person types as dollars, in millionths; null: nothing; NaN: no sum of money. */
export function parseDollars(text: string): number | null {
  const plain = text
    .trim()
    .replace(/^\$\s*/, '')
    .replace(',', '.');
  if (plain === '') return null;
  return /^\d{1,6}(\.\d{1,6})?$/.test(plain) ? Math.round(Number(plain) * 1_000_000) : Number.NaN;
}

/** As a field shows it. */
export function dollarText(micros: number | null): string {
  return micros === null ? '' : dollars(micros).slice(1);
}
