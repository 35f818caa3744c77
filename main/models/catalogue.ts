import type { AccountKind, Effort, Price } from '@shared/model/account.ts';

/*
 * Prices and limits of well-known models. Written on the date below after what their makers publish:
 *   OpenAI     https://platform.openai.com/docs/pricing and /docs/models
 *   Anthropic  https://docs.claude.com/en/docs/about-claude/pricing and /models/overview
 *   Google     https://ai.google.dev/gemini-api/docs/pricing and /models
 * Below 200,000 tokens of input where there are two prices. A person overrules them in a file (catalogue-file.ts), or
 * for one model in its settings. Where we are not sure of a price there is none, and the window says so.
 * Compared since, on 2026-11-28, with copies of Anthropic's pages: Fable 5.1, Opus 5.5 and 5, Sonnet 5.5 and 5, Haiku
 * 4.5. Reading the cache of Sonnet 5.5 may cost less since October. Google's were added then: only 2.5 Pro has a price.
 */
export const CATALOGUE_DATE = '2026-11-23';

/** A well-known model. Sizes in tokens; prices in US dollars for a million tokens, null where we are not sure. */
export interface CatalogueModel {
  readonly id: string;
  readonly name: string;
  readonly contextLimit: number;
  readonly maxOutput: number;
  readonly efforts: readonly Effort[];
  readonly price: Price | null;
}

/** `cached`: what a token read from the cache costs of one that is not; left out where we are not sure. */
function price(input: number, output: number, cached: number | null = null): Price {
  return { input, output, cacheRead: cached === null ? null : part(input, cached), cacheWrite: null };
}

/** Anthropic: a tenth for reading the cache, but for Opus 5.5, and a quarter more for writing it. */
function claude(input: number, output: number, cached = 0.1): Price {
  return { input, output, cacheRead: part(input, cached), cacheWrite: part(input, 1.25) };
}

function part(of: number, share: number): number {
  return Number((of * share).toFixed(6));
}

const none: readonly Effort[] = [];
const three: readonly Effort[] = ['low', 'medium', 'high'];
const four: readonly Effort[] = ['minimal', 'low', 'medium', 'high'];

function entry(
  id: string,
  name: string,
  sizes: readonly [number, number],
  more: { efforts: readonly Effort[]; price: Price | null },
): CatalogueModel {
  return { id, name, contextLimit: sizes[0], maxOutput: sizes[1], ...more };
}

/** The first one of each list is what a new account starts with. */
const openai: readonly CatalogueModel[] = [
  entry('gpt-5.6-sol', 'GPT-5.6 Sol', [1_050_000, 128_000], { efforts: three, price: null }),
  entry('gpt-5.6-terra', 'GPT-5.6 Terra', [1_050_000, 128_000], { efforts: three, price: null }),
  entry('gpt-5.6-luna', 'GPT-5.6 Luna', [1_050_000, 128_000], { efforts: three, price: null }),
  entry('gpt-5.5', 'GPT-5.5', [1_050_000, 128_000], { efforts: three, price: price(5, 30) }),
  entry('gpt-5.4', 'GPT-5.4', [1_050_000, 128_000], { efforts: three, price: price(2.5, 15) }),
  entry('gpt-5.2', 'GPT-5.2', [400_000, 128_000], { efforts: three, price: price(1.75, 14, 0.1) }),
  entry('gpt-5.1', 'GPT-5.1', [400_000, 128_000], { efforts: three, price: price(1.25, 10, 0.1) }),
  entry('gpt-5', 'GPT-5', [400_000, 128_000], { efforts: four, price: price(1.25, 10, 0.1) }),
  entry('gpt-5-mini', 'GPT-5 mini', [400_000, 128_000], { efforts: four, price: price(0.25, 2, 0.1) }),
  entry('gpt-5-nano', 'GPT-5 nano', [400_000, 128_000], { efforts: four, price: price(0.05, 0.4, 0.1) }),
  entry('gpt-4.1', 'GPT-4.1', [1_047_576, 32_768], { efforts: none, price: price(2, 8, 0.25) }),
  entry('gpt-4.1-mini', 'GPT-4.1 mini', [1_047_576, 32_768], {
    efforts: none,
    price: price(0.4, 1.6, 0.25),
  }),
  entry('gpt-4.1-nano', 'GPT-4.1 nano', [1_047_576, 32_768], {
    efforts: none,
    price: price(0.1, 0.4, 0.25),
  }),
  entry('gpt-4o', 'GPT-4o', [128_000, 16_384], { efforts: none, price: price(2.5, 10, 0.5) }),
  entry('gpt-4o-mini', 'GPT-4o mini', [128_000, 16_384], { efforts: none, price: price(0.15, 0.6, 0.5) }),
  entry('o3', 'o3', [200_000, 100_000], { efforts: three, price: price(2, 8, 0.25) }),
  entry('o4-mini', 'o4-mini', [200_000, 100_000], { efforts: three, price: price(1.1, 4.4, 0.25) }),
];

const anthropic: readonly CatalogueModel[] = [
  entry('claude-opus-5-5', 'Claude Opus 5.5', [1_000_000, 128_000], {
    efforts: three,
    price: claude(4, 20, 0.05),
  }),
  entry('claude-sonnet-5-5', 'Claude Sonnet 5.5', [1_000_000, 128_000], {
    efforts: three,
    price: claude(2, 10),
  }),
  entry('claude-haiku-5-5', 'Claude Haiku 5.5', [1_000_000, 128_000], { efforts: three, price: null }),
  entry('claude-fable-5-1', 'Claude Fable 5.1', [1_000_000, 128_000], {
    efforts: three,
    price: claude(10, 50),
  }),
  entry('claude-opus-5', 'Claude Opus 5', [1_000_000, 128_000], { efforts: three, price: claude(5, 25) }),
  entry('claude-sonnet-5', 'Claude Sonnet 5', [1_000_000, 128_000], {
    efforts: three,
    price: claude(2, 10),
  }),
  entry('claude-opus-4-6', 'Claude Opus 4.6', [200_000, 128_000], { efforts: three, price: claude(5, 25) }),
  entry('claude-sonnet-4-6', 'Claude Sonnet 4.6', [200_000, 64_000], {
    efforts: three,
    price: claude(3, 15),
  }),
  entry('claude-opus-4-5', 'Claude Opus 4.5', [200_000, 64_000], { efforts: three, price: claude(5, 25) }),
  entry('claude-sonnet-4-5', 'Claude Sonnet 4.5', [200_000, 64_000], {
    efforts: three,
    price: claude(3, 15),
  }),
  entry('claude-haiku-4-5', 'Claude Haiku 4.5', [200_000, 64_000], { efforts: three, price: claude(1, 5) }),
];

const google: readonly CatalogueModel[] = [
  entry('gemini-2.5-pro', 'Gemini 2.5 Pro', [1_048_576, 65_536], {
    efforts: three,
    price: price(1.25, 10),
  }),
  entry('gemini-2.5-flash', 'Gemini 2.5 Flash', [1_048_576, 65_536], {
    efforts: three,
    price: null,
  }),
  entry('gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite', [1_048_576, 65_536], {
    efforts: three,
    price: null,
  }),
];

const demo: readonly CatalogueModel[] = [
  entry('demo', 'Demo model', [128_000, 32_000], { efforts: none, price: price(0, 0, 0) }),
];

/** What an account of this kind offers from the start. A compatible server's models are named by the person. */
export function catalogueOf(kind: AccountKind): readonly CatalogueModel[] {
  switch (kind) {
    case 'openai':
      return openai;
    case 'anthropic':
      return anthropic;
    case 'demo':
      return demo;
    case 'openai-compat':
    case 'anthropic-compat':
      return [];
  }
}

/** What a person's file says of models, by the id that `catalogueId` makes of theirs. */
export type Overrides = ReadonlyMap<string, Partial<CatalogueModel>>;

export const NO_OVERRIDES: Overrides = new Map();

/** The id without a gateway's prefix or a date; gateways write points where others write dashes. */
export function catalogueId(model: string): string {
  const id = model.slice(model.lastIndexOf('/') + 1).replace(/^models\//, '');
  return id
    .replace(/:(free|beta|thinking|extended|nitro|floor)$/, '')
    .replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2})$/, '')
    .replaceAll('.', '-')
    .toLowerCase();
}

const byId = new Map(
  [...openai, ...anthropic, ...google, ...demo].map((one) => [catalogueId(one.id), one]),
);

/** What is known of a model, the person's file first; null: nothing. */
export function knownModel(
  model: string,
  overrides: Overrides = NO_OVERRIDES,
): Partial<CatalogueModel> | null {
  const shipped = byId.get(catalogueId(model));
  const own = overrides.get(catalogueId(model));
  return own || shipped ? { ...shipped, ...own } : null;
}
