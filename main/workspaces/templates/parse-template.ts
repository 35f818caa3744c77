import { createHash } from 'node:crypto';
import { asId, type TemplateId } from '@shared/model/ids.ts';
import type { Template, TemplateParameter } from '@shared/model/template.ts';
import { WORKSPACE_KINDS } from '@shared/model/workspace.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

const MAX_BYTES = 200_000;
const DEFAULT_DIRECTORY = '~/gaffer/{name}';

const text = (max: number) => z.string().trim().min(1).max(max);
const script = z.string().trim().min(1).max(100_000).optional();
/** YAML reads `default: 5` and `value: true` as what they look like. */
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const parameter = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower case letters, digits and _, and begin with a letter'),
  type: z.enum(['string', 'number', 'bool', 'choice']).default('string'),
  required: z.boolean().default(false),
  display_name: text(100).optional(),
  description: text(2_000).optional(),
  default: scalar.optional(),
  options: z
    .array(z.strictObject({ name: text(100).optional(), value: scalar, description: text(500).optional() }))
    .min(1)
    .max(200)
    .optional(),
  validation_regex: z.string().min(1).max(500).refine(isRegex, 'is no regular expression').optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});

const file = z.strictObject({
  id: z.guid('must be a UUID').optional(),
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'must be lower case letters, digits and dashes, at most 63, and not begin with a dash',
    ),
  display_name: text(100).optional(),
  description: text(4_000).optional(),
  icon: text(40).optional(),
  kind: z.enum(WORKSPACE_KINDS),
  host: text(300).optional(),
  parameters: z.array(parameter).max(50).default([]),
  provision: script,
  start: script,
  stop: script,
  remove: script,
  directory: z
    .string()
    .max(1_000)
    .refine(
      (path) => /^(?:~?\/)/.test(path) && !/(?:^|\/)\.\.?(?:\/|$)/.test(path),
      'must be absolute or begin with ~/, without . and ..',
    )
    .refine((path) => path.includes('{name}'), 'must hold {name}, so that each workspace has its own')
    .refine(
      (path) => !/[{}]/.test(path.replaceAll('{name}', '')),
      'may hold {name} and nothing else in braces',
    )
    .default(DEFAULT_DIRECTORY),
});

/** The template in a file, or what is wrong with it: one sentence each, naming the line or the field. */
export function parseTemplate(source: string): Result<Template, readonly string[]> {
  if (Buffer.byteLength(source) > MAX_BYTES) return err([`The file is larger than ${MAX_BYTES} bytes.`]);
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return err(
      document.errors.map(({ message, pos }) => `Line ${lines.linePos(pos[0]).line}: ${message}.`),
    );
  }
  return templateOf(toValue(document));
}

/** The same for a value, such as a template that a machine's record holds. */
export function templateOf(value: unknown): Result<Template, readonly string[]> {
  const parsed = file.safeParse(value);
  if (!parsed.success) return err(parsed.error.issues.map(sentenceOf));
  const { id, parameters, ...rest } = parsed.data;
  const problems = [
    ...parameters.flatMap(problemsOf),
    ...repeated(parameters.map(({ name }) => name)).map((name) => `Two parameters are called ${name}.`),
  ];
  if (problems.length > 0) return err(problems);
  const template = {
    ...rest,
    id: asId<TemplateId>(id?.toLowerCase() ?? idOf(rest.name)),
    parameters: parameters.map(toParameter),
  };
  return ok(withoutUndefined(template));
}

/** Null where aliases would blow up: the shape is then wrong, too. */
function toValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch {
    return null;
  }
}

/** Without one in the file the name identifies the template. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`gaffer template ${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

type ParsedParameter = z.output<typeof parameter>;

function problemsOf(one: ParsedParameter): readonly string[] {
  const { name, type, options, validation_regex: regex, min, max } = one;
  const isChoice = type === 'choice';
  const values = (options ?? []).map(({ value }) => value);
  return [
    isChoice === (options === undefined) &&
      `The parameter ${name} ${isChoice ? 'is a choice and needs' : 'is no choice and takes no'} options.`,
    isChoice && repeated(values).length > 0 && `Two options of the parameter ${name} have the same value.`,
    isChoice &&
      one.default !== undefined &&
      !values.includes(one.default) &&
      `The default of the parameter ${name} is none of its options.`,
    regex !== undefined &&
      type !== 'string' &&
      `The parameter ${name} is no string and takes no validation_regex.`,
    (min !== undefined || max !== undefined) &&
      (type === 'bool' || isChoice) &&
      `The parameter ${name} takes no min and no max.`,
    min !== undefined && max !== undefined && min > max && `min is above max in the parameter ${name}.`,
  ].filter((problem) => problem !== false);
}

function toParameter({ options, ...one }: ParsedParameter): TemplateParameter {
  const named = options?.map(({ name, ...option }) =>
    withoutUndefined({ ...option, name: name ?? option.value }),
  );
  return withoutUndefined({ ...one, options: named });
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}

function sentenceOf({ path, message, code }: z.core.$ZodIssue): string {
  const field = path.reduce<string>(
    (at, step) =>
      typeof step === 'number' ? `${at}[${step}]` : at ? `${at}.${String(step)}` : String(step),
    '',
  );
  if (field === '' && code === 'invalid_type') return 'The file must hold fields such as "name: …".';
  const told = message.replace(/\.$/, '');
  return field === '' ? `${told}.` : `${field}: ${told}.`;
}

function isRegex(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
