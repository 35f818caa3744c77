import type { CallFailure } from '@shared/contract/define.ts';
import { err } from '@shared/util/result.ts';

export function refuse<E extends string>(
  code: E,
  message: string,
): { readonly ok: false; readonly error: CallFailure<E> } {
  return err({ code, message });
}

export const goneAccount = () => refuse('not-found', 'This account is gone.');
export const goneModelConfig = () => refuse('not-found', 'This model is gone.');

export function nameTaken(name: string) {
  return refuse('name-taken', `There is an account named “${name}” already.`);
}
