import { err, ok, type Result } from '@shared/util/result.ts';
import type { z } from 'zod';

/** The error is a sentence for the model that names the parameter. */
export type Parsed<T> = Result<T, string>;

/** Unknown properties are ignored; whatever is missing or of the wrong kind is named. */
export function parseArguments<S extends z.ZodObject>(schema: S, args: unknown): Parsed<z.output<S>> {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    return err('The arguments must be a JSON object.');
  }
  const parsed = schema.safeParse(args, { reportInput: true });
  if (parsed.success) return ok(parsed.data);
  return err(parsed.error.issues.slice(0, 5).map(sentence).join(' '));
}

function sentence(issue: z.core.$ZodIssue): string {
  const name = parameterName(issue.path);
  if (issue.input === undefined) return `The parameter "${name}" is required.`;
  return `The parameter "${name}" is not valid: ${issue.message}.`;
}

/** `files[0].path` */
function parameterName(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`))
    .join('');
}
