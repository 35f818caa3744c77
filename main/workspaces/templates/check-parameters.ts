import vm from 'node:vm';
import type { ParameterProblem, Template, TemplateParameter } from '@shared/model/template.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { checkWellKnown } from './well-known.ts';

const MOST_CHARACTERS = 10_000;
/** A pattern that backtracks without end is stopped, and the value refused. */
const REGEX_MS = 100;

type Values = Readonly<Record<string, string>>;

/** The values of all parameters that have one, defaults among them; or a sentence that names the wrong one. */
export function checkParameters({ parameters }: Template, given: Values): Result<Values, string> {
  const unknown = Object.keys(given).find((name) => !parameters.some((one) => one.name === name));
  if (unknown !== undefined) {
    const names = parameters.map(({ name }) => name).join(', ') || 'none';
    return err(`There is no parameter "${unknown.slice(0, 80)}". The template has: ${names}.`);
  }
  const [wrong] = parameterProblems({ parameters }, given);
  if (wrong) return err(`The parameter "${wrong.name}" ${wrong.problem}.`);
  const values = parameters.flatMap((one) => {
    const value = valueOf(one, given);
    return value === '' ? [] : [[one.name, value] as const];
  });
  return ok(Object.fromEntries(values));
}

/** What is wrong with the parameters of the template, each with its first problem. */
export function parameterProblems(
  { parameters }: Pick<Template, 'parameters'>,
  given: Values,
): readonly ParameterProblem[] {
  return parameters.flatMap((one) => {
    const value = valueOf(one, given);
    if (value === '' && !one.required) return [];
    const problem = value === '' ? 'is required' : problemOf(one, value);
    return problem === null ? [] : { name: one.name, problem };
  });
}

/** An empty text is one that was not given: forms send it. */
function valueOf({ name, default: byDefault = '' }: TemplateParameter, given: Values): string {
  return (Object.hasOwn(given, name) && given[name]) || byDefault;
}

/** Null: it fits. */
function problemOf(parameter: TemplateParameter, value: string): string | null {
  if (value.length > MOST_CHARACTERS) return `is longer than ${MOST_CHARACTERS} characters`;
  // Values become lines and paths of others' programs: one line of text is all that any of them needs.
  if (hasControl(value)) return 'must not hold line breaks or control characters';
  switch (parameter.type) {
    case 'bool':
      return value === 'true' || value === 'false' ? null : 'must be "true" or "false"';
    case 'choice': {
      const values = (parameter.options ?? []).map((option) => option.value);
      return values.includes(value) ? null : `must be one of: ${values.join(', ')}`;
    }
    case 'number':
      return numberProblem(parameter, value);
    case 'string':
      return textProblem(parameter, value);
  }
}

function numberProblem({ min, max }: TemplateParameter, value: string): string | null {
  if (!/^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)) return 'must be a number';
  const number = Number(value);
  if (min !== undefined && number < min) return `must be at least ${min}`;
  return max !== undefined && number > max ? `must be at most ${max}` : null;
}

function textProblem(parameter: TemplateParameter, value: string): string | null {
  const { name, min, max, validation_regex: regex } = parameter;
  if (min !== undefined && value.length < min) return `must have at least ${min} characters`;
  if (max !== undefined && value.length > max) return `must have at most ${max} characters`;
  if (regex !== undefined && !matches(regex, value)) return `must match ${regex}`;
  return checkWellKnown(name, value);
}

/** Whether the whole value matches, in bounded time. */
function matches(pattern: string, value: string): boolean {
  try {
    const script = 'new RegExp(`^(?:${pattern})$`, "u").test(value)';
    return vm.runInNewContext(script, { pattern, value }, { timeout: REGEX_MS }) === true;
  } catch {
    return false;
  }
}

function hasControl(value: string): boolean {
  return /\p{Cc}|[\u2028\u2029]/u.test(value);
}
