import type { Exchanged, HttpAnswer } from './exchange.ts';
import { HANG_MS } from './exchange.ts';
import type { Input } from './inputs.ts';
import type { World } from './world.ts';

/** What is wrong with how the agent took one input; none when it is as it must be. */
export function faultsOf(input: Input, seen: Exchanged, world: World): readonly string[] {
  const { answers, rest, hung } = seen;
  const faults: string[] = [];
  if (hung) faults.push(`no end after ${HANG_MS / 1000} s`);
  if (input.answers !== null && !hung && answers.length !== input.answers)
    faults.push(`${answers.length} answers instead of ${input.answers}`);
  if (rest.length > 0 && (input.wire.after === 'wait' || input.wire.after === 'half'))
    faults.push(`${rest.length} bytes that are no answer: ${rest.subarray(0, 60).toString('latin1')}`);
  for (const answer of answers) {
    faults.push(...shapeFaults(answer, input.wire.isHead ?? false), ...leaks(answer, input, world));
  }
  return faults;
}

function shapeFaults({ status, type, body }: HttpAnswer, isHead: boolean): readonly string[] {
  if (status < 400 || (isHead && body.length === 0)) return [];
  // Full for a moment is an answer; a fault of the agent's own is not.
  if (status >= 500 && status !== 503) return [`status ${status}: ${body.subarray(0, 300).toString()}`];
  if (type !== 'application/json') return [`a refusal of type "${type}"`];
  try {
    const { message, code } = JSON.parse(body.toString()) as { message?: unknown; code?: unknown };
    return typeof message === 'string' && typeof code === 'string'
      ? []
      : ['a refusal without its two parts'];
  } catch {
    return ['a refusal that is no JSON'];
  }
}

function leaks({ body }: HttpAnswer, { endpoint }: Input, { canaries }: World): readonly string[] {
  const { outside, ...everywhere } = canaries;
  const all = Object.entries(everywhere).filter(([, canary]) => body.includes(canary));
  const isSearch = endpoint === 'search' || endpoint === 'glob';
  const found = isSearch && body.includes(outside) ? [...all, ['outside']] : all;
  return found.map(([name]) => `an answer with the canary of the ${name}`);
}
