import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type CatalogueModel, catalogueId, NO_OVERRIDES, type Overrides } from './catalogue.ts';

const MAX_BYTES = 1_000_000;

const amount = z.number().nonnegative().max(1_000_000);
const tokens = z.number().int().positive();

const model = z.strictObject({
  name: z.string().trim().min(1).max(80).optional(),
  context_limit: tokens.optional(),
  max_output: tokens.optional(),
  efforts: z.array(z.enum(['minimal', 'low', 'medium', 'high'])).optional(),
  /** US dollars for a million tokens. */
  price: z
    .strictObject({
      input: amount,
      output: amount,
      cache_read: amount.optional(),
      cache_write: amount.optional(),
    })
    .nullish(),
});

/** `models` by id. What is left out is taken from what is shipped. */
const file = z.strictObject({
  models: z.record(z.string().min(1).max(200), model),
});

export interface CatalogueFile {
  readonly overrides: Overrides;
  /** One sentence each, with the line; with any, the whole file is left aside. */
  readonly problems: readonly string[];
  readonly exists: boolean;
}

/** The person's own prices and limits. JSON; a file that is not there is no problem. */
export async function loadCatalogueFile(path: string): Promise<CatalogueFile> {
  try {
    return parseCatalogue(await readFile(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { overrides: NO_OVERRIDES, problems: [], exists: false };
    return refused([`The file cannot be read${code === undefined ? '' : ` (${code})`}.`]);
  }
}

function refused(problems: readonly string[]): CatalogueFile {
  return { overrides: NO_OVERRIDES, problems, exists: true };
}

export function parseCatalogue(source: string): CatalogueFile {
  if (Buffer.byteLength(source) > MAX_BYTES)
    return refused([`The file is larger than ${MAX_BYTES} bytes.`]);
  const lines = new LineCounter();
  // JSON is YAML, whose reader tells where things stand.
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, strict: true });
  const line = (position: number | undefined) =>
    position === undefined ? '' : `Line ${lines.linePos(position).line}: `;
  if (document.errors.length > 0)
    return refused(document.errors.map(({ message, pos }) => `${line(pos[0])}${sentence(message)}`));
  const parsed = file.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!parsed.success) {
    return refused(
      parsed.error.issues.map(({ path, message }) => {
        const where = path.map(String).join('.');
        return `${line(positionOf(document, path))}${where === '' ? '' : `“${where}” `}${sentence(message)}`;
      }),
    );
  }
  const entries = Object.entries(parsed.data.models).map(
    ([id, one]) => [catalogueId(id), toModel(one)] as const,
  );
  return { overrides: new Map(entries), problems: [], exists: true };
}

/** Of the innermost thing that is there: a field that is missing stands nowhere. */
function positionOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
    if (Array.isArray(range)) return range[0] as number;
  }
  return undefined;
}

function sentence(words: string): string {
  return /[.!]$/.test(words) ? words : `${words}.`;
}

function toModel({
  name,
  context_limit,
  max_output,
  efforts,
  price,
}: z.output<typeof model>): Partial<CatalogueModel> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(context_limit === undefined ? {} : { contextLimit: context_limit }),
    ...(max_output === undefined ? {} : { maxOutput: max_output }),
    ...(efforts === undefined ? {} : { efforts }),
    ...(price === undefined
      ? {}
      : {
          price: price && {
            input: price.input,
            output: price.output,
            cacheRead: price.cache_read ?? null,
            cacheWrite: price.cache_write ?? null,
          },
        }),
  };
}
