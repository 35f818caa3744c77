import type { ChecksState } from '@shared/model/git.ts';

/** One word for many: what failed counts most, then what is not over. */
export function checksOf(all: readonly ChecksState[]): ChecksState {
  const order: readonly ChecksState[] = ['failed', 'pending', 'passed'];
  return order.find((state) => all.includes(state)) ?? 'none';
}
