import { z } from 'zod';
import type { Account, AccountCheck, AccountOffer, ListedModel, ModelChoice } from '../model/account.ts';
import type { ModelConfigId, ProviderId } from '../model/ids.ts';
import { call, feed, is } from './define.ts';
import { modelProblems } from './model-settings.ts';
import { accountProblems } from './new-account.ts';
import * as s from './schemas.ts';

const webAddress = z.url({ protocol: /^https?$/ });

/** What the form cannot tell: a port out of range, a host with forbidden characters. */
function addressable(baseUrl: string): boolean {
  return baseUrl === '' || webAddress.safeParse(baseUrl).success;
}

const accountFields = {
  kind: z.enum(['openai', 'anthropic', 'openai-compat', 'anthropic-compat']),
  name: z.string().trim(),
  baseUrl: z.string().trim().default(''),
  key: z.string().trim(),
  models: z.array(z.string().trim().min(1)).default([]),
  headers: z.record(z.string(), z.string()).optional(),
  proxy: z.string().trim().optional(),
  apiVersion: z.string().trim().optional(),
};

/** What is needed depends on the kind: new-account.ts says it, with a sentence for each field. */
const newAccount = z
  .object({ ...accountFields, preset: z.string().max(40).optional() })
  .superRefine((account, issues) => {
    for (const { field, message } of accountProblems(account))
      issues.addIssue({ code: 'custom', path: [field], message });
    if (!addressable(account.baseUrl))
      issues.addIssue({ code: 'custom', path: ['baseUrl'], message: 'This base URL cannot be read.' });
  });

const nullable = z.number().nullable();
const price = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: nullable,
  cacheWrite: nullable,
});

const modelSettings = z
  .object({
    displayName: z.string().trim(),
    enabled: z.boolean(),
    contextLimit: nullable,
    compressionThreshold: z.number(),
    effort: s.effort.nullable(),
    api: z.enum(['responses', 'chat']).nullable(),
    maxOutputTokens: nullable,
    temperature: nullable,
    topP: nullable,
    topK: nullable,
    presencePenalty: nullable,
    frequencyPenalty: nullable,
    maxRetries: nullable,
    price: price.nullable(),
    providerOptions: z.record(z.string(), z.unknown()),
  })
  .superRefine((settings, issues) => {
    for (const { field, message } of modelProblems(settings))
      issues.addIssue({ code: 'custom', path: [field], message });
  });

/** The file in the user data directory that overrules the catalogue of prices and limits. */
export interface CatalogueInfo {
  /** Of what is shipped: the day on which it was compared with the providers' pages. */
  readonly date: string;
  readonly file: string;
  /** How many models the file speaks of; null: there is no file. */
  readonly overrides: number | null;
  /** Sentences, with the line. */
  readonly problems: readonly string[];
}

export const accountsContract = {
  'models.watch': feed({
    input: z.object({}),
    event: is<{ models: readonly ModelChoice[]; accounts: readonly Account[] }>(),
  }),
  'models.setDefault': call({
    input: z.object({ modelConfigId: s.modelConfigId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  'models.add': call({
    input: z.object({
      providerId: s.providerId,
      models: z.array(z.string().trim().min(1).max(200)).min(1).max(50),
    }),
    output: is<{ modelConfigIds: readonly ModelConfigId[] }>(),
    errors: ['not-found', 'taken'],
  }),
  'models.update': call({
    input: z.object({ modelConfigId: s.modelConfigId, settings: modelSettings }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  'models.remove': call({
    input: z.object({ modelConfigId: s.modelConfigId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Reads the person's own file of prices and limits again. */
  'models.catalogue': call({ input: z.object({}), output: is<CatalogueInfo>() }),
  'accounts.add': call({
    input: newAccount,
    output: is<{ providerId: ProviderId }>(),
    errors: ['name-taken', 'no-models'],
  }),
  /** All but the kind and the key. An account of the environment keeps its name and address. */
  'accounts.update': call({
    input: z.object({
      providerId: s.providerId,
      name: z.string().trim(),
      baseUrl: z.string().trim(),
      headers: z.record(z.string(), z.string()),
      proxy: z.string().trim(),
      apiVersion: z.string().trim(),
    }),
    output: is<null>(),
    errors: ['not-found', 'name-taken', 'invalid'],
  }),
  'accounts.setKey': call({
    input: z.object({ providerId: s.providerId, key: z.string().trim().min(1).max(2000) }),
    output: is<null>(),
    errors: ['not-found', 'read-only'],
  }),
  'accounts.setEnabled': call({
    input: z.object({ providerId: s.providerId, enabled: z.boolean() }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  'accounts.remove': call({
    input: z.object({ providerId: s.providerId }),
    output: is<null>(),
    errors: ['not-found', 'read-only'],
  }),
  /** Asks the server for its models, or for one word. What comes of it stands in `models.watch`, too. */
  'accounts.test': call({
    input: z.object({ providerId: s.providerId }),
    output: is<AccountCheck>(),
    errors: ['not-found'],
  }),
  /** What the server lists. */
  'accounts.models': call({
    input: z.object({ providerId: s.providerId }),
    output: is<{ models: readonly ListedModel[] }>(),
    errors: ['not-found', 'failed'],
  }),
  /** Looks for keys in the environment and for servers on this computer, within a second. */
  'accounts.offers': call({ input: z.object({}), output: is<{ offers: readonly AccountOffer[] }>() }),
  'accounts.accept': call({
    input: z.object({ preset: z.string().max(40) }),
    output: is<{ providerId: ProviderId; modelConfigId: ModelConfigId | null }>(),
    errors: ['not-found', 'name-taken', 'no-models'],
  }),
};
