import type { PGlite } from '@electric-sql/pglite';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { type ProviderOperations, providerOperations } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import { openTestStore } from '../db/test-store.ts';
import { createModels, type Models, type Secrets } from './accounts.ts';
import type { Environment } from './env-accounts.ts';
import { languageModel } from './language-model.ts';
import { ModelError, type ModelEvent, type ModelRequest } from './port.ts';
import type { ModelsSnapshot } from './snapshot.ts';

const both = { OPENAI_API_KEY: 'sk-openai-1234567', ANTHROPIC_API_KEY: 'sk-ant-1234567' };

let store: Store<ProviderOperations>;
let db: PGlite;
let keys: Map<string, string>;

beforeEach(async () => {
  ({ store, db } = await openTestStore<ProviderOperations>([
    { role: 'owner', operations: providerOperations },
  ]));
  keys = new Map();
});
afterEach(() => store.close());

const secrets: Secrets = {
  get: async (id) => keys.get(id) ?? null,
  set: async (id, key) => {
    keys.set(id, key);
  },
  remove: async (id) => {
    keys.delete(id);
  },
};

async function start(env: Environment, fetch?: typeof globalThis.fetch): Promise<Models> {
  const models = createModels({
    store,
    env,
    secrets,
    clock: systemClock,
    log: silentLog,
    ...(fetch ? { fetch } : {}),
  });
  await models.start();
  return models;
}

async function snapshot(models: Models): Promise<ModelsSnapshot> {
  const stop = new AbortController();
  for await (const now of models.watch(stop.signal)) {
    stop.abort();
    return now;
  }
  throw new Error('The watch gave nothing');
}

async function find(models: Models, provider: string, model: string) {
  const found = (await snapshot(models)).models.find(
    (choice) => choice.provider === provider && choice.model === model,
  );
  if (!found) throw new Error(`No ${provider}:${model}`);
  return found;
}

async function currentDefault(models: Models): Promise<string> {
  const chosen = (await snapshot(models)).models.filter((choice) => choice.isDefault);
  expect(chosen).toHaveLength(1);
  expect(chosen[0]?.id).toBe(await models.defaultModelId());
  return `${chosen[0]?.provider}:${chosen[0]?.model}`;
}

async function add(models: Models, name: string, more: object = {}): Promise<ProviderId> {
  const input = {
    kind: 'openai-compat' as const,
    name,
    baseUrl: 'http://127.0.0.1:9/v1',
    key: 'k-secret',
    models: ['llama'],
  };
  const added = await models.add({ ...input, ...more });
  if (!added.ok) throw new Error(added.error.code);
  return added.value.providerId;
}

describe('environment accounts', () => {
  it('without a key there is the demo account alone, and it answers', async () => {
    const models = await start({});
    const { accounts } = await snapshot(models);
    expect(accounts).toMatchObject([
      { kind: 'demo', name: 'Demo', source: 'local', hasKey: true, enabled: true },
    ]);
    expect(await currentDefault(models)).toBe('Demo:demo');
    const id = await models.defaultModelId();
    expect((await models.resolve(id as ModelConfigId)).model.provider).toBe('Demo');
  });

  it('keys in the environment are ready accounts; the first model of the first one is the default', async () => {
    const models = await start(both);
    const { accounts, models: choices } = await snapshot(models);
    expect(accounts.map(({ name, source, hasKey }) => `${name} ${source} ${hasKey}`)).toEqual([
      'OpenAI env true',
      'Anthropic env true',
      'Demo local true',
    ]);
    expect(await currentDefault(models)).toBe(`OpenAI:${choices[0]?.model}`);
    expect(choices.every((choice) => choice.unavailable === null)).toBe(true);
    const rows = await db.query('select * from chat_providers');
    expect(JSON.stringify(rows.rows)).not.toContain('sk-');
  });

  it('a second start changes nothing', async () => {
    const first = await snapshot(await start(both));
    expect(await snapshot(await start(both))).toEqual(first);
  });

  it('a variable that is gone turns its account off and keeps its rows; when it is back the account is too', async () => {
    const before = await find(await start(both), 'OpenAI', 'gpt-4o');
    const without = await start({ ANTHROPIC_API_KEY: 'sk-ant-1234567' });
    const off = await find(without, 'OpenAI', 'gpt-4o');
    expect(off.id).toBe(before.id);
    expect(off.unavailable).toContain('OPENAI_API_KEY');
    await expect(without.resolve(off.id)).rejects.toMatchObject({ kind: 'missing_key', retryable: false });
    expect(await currentDefault(without)).toMatch(/^Anthropic:/);
    expect((await find(await start(both), 'OpenAI', 'gpt-4o')).unavailable).toBeNull();
  });

  it('an account that the person turned off stays off', async () => {
    const models = await start(both);
    const { providerId, id } = await find(models, 'OpenAI', 'gpt-4o');
    expect(await models.setEnabled(providerId, false)).toEqual({ ok: true, value: null });
    await expect(models.resolve(id)).rejects.toMatchObject({ kind: 'provider_disabled' });
    expect((await find(await start(both), 'OpenAI', 'gpt-4o')).unavailable).toContain('turned off');
  });

  it('GAFFER_DEFAULT_MODEL picks the model and makes it when it is new', async () => {
    expect(await currentDefault(await start({ ...both, GAFFER_DEFAULT_MODEL: 'openai:gpt-4o' }))).toBe(
      'OpenAI:gpt-4o',
    );
    const fresh = await start({ ...both, GAFFER_DEFAULT_MODEL: 'anthropic:my-claude:tuned' });
    expect(await currentDefault(fresh)).toBe('Anthropic:my-claude:tuned');
    // Nothing fits: what was there stays.
    expect(await currentDefault(await start({ ...both, GAFFER_DEFAULT_MODEL: 'nobody:x' }))).toBe(
      'Anthropic:my-claude:tuned',
    );
  });

  it('the demo model gives way to a real account, but not when the person chose it', async () => {
    await start({});
    const models = await start(both);
    expect(await currentDefault(models)).toMatch(/^OpenAI:/);
    await models.setDefault((await find(models, 'Demo', 'demo')).id);
    expect(await currentDefault(await start(both))).toBe('Demo:demo');
  });

  it("a person's account that has the name is left alone", async () => {
    await add(await start({}), 'OpenAI');
    const names = (await snapshot(await start(both))).accounts.map(
      ({ name, source }) => `${name} ${source}`,
    );
    expect(names).toContain('OpenAI user');
    expect(names).toContain('OpenAI (environment) env');
  });
});

describe("the person's accounts", () => {
  it('is added with its key outside the database, and a name is taken once', async () => {
    const models = await start({});
    const id = await add(models, 'Local');
    expect(keys.get(id)).toBe('k-secret');
    expect(JSON.stringify((await db.query('select * from chat_providers')).rows)).not.toContain('k-secret');
    expect(await currentDefault(models)).toBe('Local:llama');
    const again = await models.add({ kind: 'openai', name: 'Local', baseUrl: '', key: 'x', models: [] });
    expect(again).toMatchObject({ ok: false, error: { code: 'name-taken' } });
    expect(models.knownSecrets()).toContain('k-secret');
  });

  it('a compatible server without a key can be asked, the official one cannot', async () => {
    const models = await start({});
    await add(models, 'Local', { key: '' });
    await add(models, 'Work', { kind: 'openai', baseUrl: '', key: '', models: [] });
    expect((await models.resolve((await find(models, 'Local', 'llama')).id)).name).toBe('llama');
    const official = await find(models, 'Work', 'gpt-4o');
    expect(official.unavailable).toContain('Settings → Accounts');
    await expect(models.resolve(official.id)).rejects.toMatchObject({ kind: 'missing_key' });
    expect(await models.setKey(official.providerId, 'sk-new-key')).toEqual({ ok: true, value: null });
    expect((await models.resolve(official.id)).maxOutputTokens).toBe(16_384);
  });

  it.each(['openai-compat', 'anthropic-compat'] as const)(
    'a %s account without an address is never sent to the official host',
    async (kind) => {
      const asked: string[] = [];
      const models = await start({}, async (input) => {
        asked.push(input instanceof Request ? input.url : input.toString());
        return new Response('{}', { status: 400 });
      });
      await add(models, 'Nowhere', { kind, baseUrl: '' });
      const { id, unavailable } = await find(models, 'Nowhere', 'llama');
      expect(unavailable).toContain('no base URL');
      await expect(models.resolve(id)).rejects.toMatchObject({ kind: 'config', retryable: false });
      const settings = {
        provider: 'Nowhere',
        apiKey: 'k-secret',
        baseUrl: '',
        headers: {},
        keyVariable: null,
        now: () => 0,
      };
      expect(() => languageModel(kind, {}, settings)).toThrow(ModelError);
      expect(() => languageModel(kind, { api: 'responses' }, settings)).toThrow('no base URL');
      expect(asked).toEqual([]);
    },
  );

  it('is removed softly: its name is free, its models are gone, chats are told', async () => {
    const models = await start({});
    const providerId = await add(models, 'Local');
    const { id } = await find(models, 'Local', 'llama');
    expect(await models.remove(providerId)).toEqual({ ok: true, value: null });
    expect(keys.size).toBe(0);
    expect((await snapshot(models)).accounts.map(({ name }) => name)).toEqual(['Demo']);
    expect(await currentDefault(models)).toBe('Demo:demo');
    await expect(models.resolve(id)).rejects.toMatchObject({ kind: 'config', retryable: false });
    expect(await models.remove(providerId)).toMatchObject({ error: { code: 'not-found' } });
    expect(await models.setEnabled(providerId, true)).toMatchObject({ error: { code: 'not-found' } });
    await add(models, 'Local');
  });

  it('refuses what is not there and what the environment gives', async () => {
    const models = await start(both);
    const nobody = '00000000-0000-4000-8000-000000000000' as ProviderId;
    const { providerId } = await find(models, 'OpenAI', 'gpt-4o');
    expect(await models.setKey(nobody, 'x')).toMatchObject({ error: { code: 'not-found' } });
    expect(await models.setKey(providerId, 'x')).toMatchObject({ error: { code: 'read-only' } });
    expect(await models.remove(nobody)).toMatchObject({ error: { code: 'not-found' } });
    expect(await models.remove(providerId)).toMatchObject({ error: { code: 'read-only' } });
    expect(await models.setEnabled(nobody, true)).toMatchObject({ error: { code: 'not-found' } });
    expect(await models.setDefault(nobody as string as ModelConfigId)).toMatchObject({
      error: { code: 'not-found' },
    });
  });
});

describe('what cannot be asked from here', () => {
  it('is what has no key here: until it has one, and not what nobody can ask', async () => {
    const models = await start({});
    await add(models, 'Local', { key: '' });
    const removed = await add(models, 'Old', { kind: 'openai', baseUrl: '', key: '', models: [] });
    await models.remove(removed);
    expect(await models.lacking()).toEqual([]);
    const work = await add(models, 'Work', { kind: 'openai', baseUrl: '', key: '', models: [] });
    const theirs = (await snapshot(models)).models.filter(({ providerId }) => providerId === work);
    expect(theirs.length).toBeGreaterThan(0);
    expect((await models.lacking()).toSorted()).toEqual(theirs.map(({ id }) => id).toSorted());
    await models.setKey(work, 'sk-new-key');
    expect(await models.lacking()).toEqual([]);
  });

  it('reads the keys once until an account changes', async () => {
    let reads = 0;
    const counting: Secrets = {
      ...secrets,
      get: (id) => {
        reads += 1;
        return secrets.get(id);
      },
    };
    const models = createModels({
      store,
      env: {},
      secrets: counting,
      clock: systemClock,
      log: silentLog,
    });
    await models.start();
    await add(models, 'Work', { kind: 'openai', baseUrl: '', key: '', models: [] });
    await models.lacking();
    const before = reads;
    await models.lacking();
    expect(reads).toBe(before);
  });
});

describe('watching', () => {
  it('tells every change and ends when it is closed', async () => {
    const models = await start({});
    const feed = models.watch(new AbortController().signal)[Symbol.asyncIterator]();
    expect((await feed.next()).value?.accounts).toHaveLength(1);
    const next = feed.next();
    await add(models, 'Local');
    expect((await next).value?.accounts).toHaveLength(2);
    const last = feed.next();
    const closed = models.close();
    expect((await last).done).toBe(true);
    await closed;
  });
});

describe('which API is spoken', () => {
  async function pathOf(env: Environment): Promise<string> {
    let asked = '';
    const fetch: typeof globalThis.fetch = async (input) => {
      asked = input instanceof Request ? input.url : input.toString();
      return new Response('{"error":{"message":"no"}}', { status: 400 });
    };
    const models = await start({ ...both, ...env, GAFFER_DEFAULT_MODEL: 'openai:gpt-4o' }, fetch);
    const { model, name } = await models.resolve((await models.defaultModelId()) as ModelConfigId);
    const request: ModelRequest = {
      model: name,
      messages: [],
      tools: [],
      toolChoice: 'auto',
      maxOutputTokens: 10,
      effort: null,
      options: {},
    };
    const events: AsyncIterable<ModelEvent> = model.stream(request, new AbortController().signal);
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ statusCode: 400 });
    return asked;
  }

  it('Responses on the official host, Chat Completions on any other (decision 13)', async () => {
    expect(await pathOf({})).toBe('https://api.openai.com/v1/responses');
    expect(await pathOf({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })).toBe(
      'http://127.0.0.1:9/v1/chat/completions',
    );
    expect(await pathOf({ OPENAI_BASE_URL: 'https://api.openai.com/v1' })).toBe(
      'https://api.openai.com/v1/responses',
    );
  });
});

describe('rows in memory', () => {
  function counting(): { readonly counted: Store<ProviderOperations>; readonly reads: () => number } {
    let reads = 0;
    const counted: Store<ProviderOperations> = {
      ...store,
      call(name, args) {
        if (name === 'loadModelConfigs') reads += 1;
        return store.call(name, args);
      },
    };
    return { counted, reads: () => reads };
  }

  it('are read once for any number of steps, and again after every change, whoever made it', async () => {
    const { counted, reads } = counting();
    const models = createModels({
      store: counted,
      env: both,
      secrets,
      clock: systemClock,
      log: silentLog,
    });
    await models.start();
    const { id, providerId } = await find(models, 'OpenAI', 'gpt-4o');
    await models.resolve(id);
    const before = reads();
    await Promise.all([models.resolve(id), models.resolve(id)]);
    expect(reads()).toBe(before);
    await models.setEnabled(providerId, false);
    await expect(models.resolve(id)).rejects.toMatchObject({ kind: 'provider_disabled' });
    expect(reads()).toBe(before + 1);
    await db.query('update chat_providers set enabled = true where id = $1', [providerId]);
    await models.resolve(id);
    await db.query('update chat_model_configs set deleted = true where id = $1', [id]);
    await expect(models.resolve(id)).rejects.toThrow(ModelError);
    await models.close();
  });

  it('a key is read at each use', async () => {
    const models = await start({});
    const id = await add(models, 'Work', { kind: 'openai', baseUrl: '' });
    const { id: model } = await find(models, 'Work', 'gpt-4o');
    await models.resolve(model);
    keys.delete(id);
    await expect(models.resolve(model)).rejects.toMatchObject({ kind: 'missing_key' });
  });

  it('a look that began before a change is not what the next one gets', async () => {
    const models = await start(both);
    const { id, providerId } = await find(models, 'OpenAI', 'gpt-4o');
    await models.setEnabled(providerId, true);
    const early = models.resolve(id);
    const off = models.setEnabled(providerId, false);
    await early;
    await off;
    await expect(models.resolve(id)).rejects.toMatchObject({ kind: 'provider_disabled' });
  });
});
