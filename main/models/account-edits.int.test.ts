import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import type { ModelSettings } from '@shared/model/account.ts';
import { asId, type ModelConfigId, type ProviderId } from '@shared/model/ids.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { type ProviderOperations, providerOperations } from '../db/providers.ts';
import type { Store } from '../db/store.ts';
import { openTestStore } from '../db/test-store.ts';
import { createModels, type Models, type Secrets } from './accounts.ts';
import type { Environment } from './env-accounts.ts';

interface Asked {
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

let store: Store<ProviderOperations>;
let models: Models;
let server: http.Server;
let asked: Asked[];
/** What the server answers: a status and a body, by path. */
let answers: Record<string, readonly [number, object]>;

const keys = new Map<string, string>();
const secrets: Secrets = {
  get: async (id) => keys.get(id) ?? null,
  set: async (id, key) => void keys.set(id, key),
  remove: async (id) => void keys.delete(id),
};

beforeEach(async () => {
  ({ store } = await openTestStore<ProviderOperations>([
    { role: 'owner', operations: providerOperations },
  ]));
  asked = [];
  keys.clear();
  answers = { '/v1/models': [200, { object: 'list', data: [{ id: 'llama' }, { id: 'qwen' }] }] };
  server = http.createServer((request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers });
    const [path = ''] = (request.url ?? '').split('?');
    const [status, body] = answers[path] ?? [404, { error: { message: 'not here' } }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await models.close();
  await store.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function portOf(of: net.Server): number {
  return (of.address() as AddressInfo).port;
}

const base = () => `http://127.0.0.1:${portOf(server)}/v1`;

async function start(env: Environment = {}): Promise<void> {
  models = createModels({ store, env, secrets, clock: systemClock, log: silentLog });
  await models.start();
}

async function snapshot() {
  for await (const now of models.watch(new AbortController().signal)) return now;
  throw new Error('The watch gave nothing');
}

async function account(name: string) {
  const found = (await snapshot()).accounts.find((one) => one.name === name);
  if (!found) throw new Error(`No account ${name}`);
  return found;
}

async function namesOf(id: ProviderId): Promise<string[]> {
  return (await snapshot()).models.filter((m) => m.providerId === id).map((m) => m.model);
}

async function add(more: object = {}): Promise<ProviderId> {
  const input = {
    kind: 'openai-compat' as const,
    name: 'Own',
    baseUrl: base(),
    key: 'sk-own-1',
    models: ['llama'],
  };
  const added = await models.add({ ...input, ...more });
  if (!added.ok) throw new Error(added.error.message);
  return added.value.providerId;
}

describe('a new account', () => {
  it('takes the models that its server lists, where none is named', async () => {
    await start();
    expect(await namesOf(await add({ models: [] }))).toEqual(['llama', 'qwen']);
    // Until then there was only the demo's.
    expect((await snapshot()).models.filter((m) => m.isDefault).map((m) => m.model)).toEqual(['llama']);
  });

  it('is not there when the server was asked in vain, and its key is forgotten', async () => {
    await start();
    answers = {};
    const answer = await models.add({
      kind: 'openai-compat',
      name: 'Own',
      baseUrl: base(),
      key: 'sk-1',
      models: [],
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'no-models' } });
    expect(keys.size).toBe(0);
    expect((await snapshot()).accounts.map(({ name }) => name)).toEqual(['Demo']);
    await add();
  });
});

describe('a test of an account', () => {
  it('asks for its list, with its headers, its version and no other key', async () => {
    await start();
    const id = await add({ headers: { 'api-key': '{key}', 'X-Team': 'core' }, apiVersion: '2024-10-21' });
    expect(await models.test(id)).toMatchObject({ ok: true, value: { models: 2, problem: null } });
    expect(asked.at(-1)?.url).toBe('/v1/models?api-version=2024-10-21');
    expect(asked.at(-1)?.headers).toMatchObject({ 'api-key': 'sk-own-1', 'x-team': 'core' });
    expect(asked.at(-1)?.headers).not.toHaveProperty('authorization');
    expect((await account('Own')).check).toMatchObject({ models: 2 });
  });

  it('says in words what is wrong, and forgets it with the next change', async () => {
    await start();
    const id = await add();
    answers = { '/v1/models': [401, { error: { message: 'Incorrect key sk-own-1' } }] };
    const answer = await models.test(id);
    expect(answer).toMatchObject({
      ok: true,
      value: {
        problem: { short: 'key refused', message: 'Own refused the key. Check it under “Edit…”.' },
      },
    });
    expect(JSON.stringify(answer)).not.toContain('sk-own-1');
    await models.setKey(id, 'sk-own-2');
    expect((await account('Own')).check).toBeNull();
  });

  it('asks for a word where there is no list', async () => {
    await start();
    const id = await add();
    answers = { '/v1/chat/completions': [400, { error: { message: 'no such model' } }] };
    expect(await models.test(id)).toMatchObject({
      value: { models: null, problem: { short: expect.any(String) } },
    });
    expect(asked.map(({ url }) => url)).toEqual(['/v1/models', '/v1/chat/completions']);
  });

  it('goes through its proxy', async () => {
    await start();
    const through: string[] = [];
    const proxy = http.createServer();
    proxy.on('connect', (request, socket: net.Socket, head) => {
      through.push(request.url ?? '');
      const [host = '', port] = (request.url ?? '').split(':');
      const upstream = net.connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const one of [upstream, socket]) one.on('error', () => one.destroy());
      socket.on('close', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const id = await add({ proxy: `http://127.0.0.1:${portOf(proxy)}` });
      expect(await models.test(id)).toMatchObject({ value: { models: 2, problem: null } });
      expect(through).toEqual([`127.0.0.1:${portOf(server)}`]);
    } finally {
      await models.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

describe('what was found', () => {
  it('a server on this computer, once; it can be removed, and is offered again', async () => {
    await start({ OLLAMA_HOST: `127.0.0.1:${portOf(server)}` });
    expect(await models.offers()).toMatchObject([
      { preset: 'ollama', name: 'Ollama', variable: null, models: ['llama', 'qwen'] },
    ]);
    const accepted = await models.accept('ollama');
    if (!accepted.ok) throw new Error(accepted.error.message);
    expect(await models.offers()).toEqual([]);
    const ollama = await account('Ollama');
    expect(ollama).toMatchObject({ source: 'local', local: true, removable: true });
    const { price, priceFrom } = (await snapshot()).models.find((m) => m.providerId === ollama.id) ?? {};
    expect([price?.input, priceFrom]).toEqual([0, 'free']);
    expect((await models.remove(ollama.id)).ok).toBe(true);
    expect(await models.offers()).toHaveLength(1);
  });

  it('a key in the environment, which is read there and never written', async () => {
    const env = { AZURE_OPENAI_API_KEY: 'sk-azure', AZURE_OPENAI_ENDPOINT: base().slice(0, -3) };
    answers = { '/openai/v1/models': [200, { data: [{ id: 'gpt-4o' }] }] };
    await start(env);
    expect(await models.offers()).toMatchObject([{ preset: 'azure', variable: 'AZURE_OPENAI_API_KEY' }]);
    const accepted = await models.accept('azure');
    if (!accepted.ok) throw new Error(accepted.error.message);
    expect(asked.at(-1)?.headers).toMatchObject({ 'api-key': 'sk-azure' });
    expect(keys.size).toBe(0);
    expect(await account('Azure OpenAI')).toMatchObject({
      source: 'env',
      keyVariable: 'AZURE_OPENAI_API_KEY',
    });
    expect(await models.setKey(accepted.value.providerId, 'x')).toMatchObject({
      error: { code: 'read-only' },
    });

    await models.close();
    await start({});
    expect(await account('Azure OpenAI')).toMatchObject({ enabled: false, hasKey: false });
    await models.close();
    await start(env);
    expect(await account('Azure OpenAI')).toMatchObject({ enabled: true, hasKey: true });
  });
});

describe('an account that is changed', () => {
  it('keeps its key and its models; a name is taken once; what is wrong is refused', async () => {
    await start();
    const id = await add();
    await add({ name: 'Other' });
    const change = { providerId: id, name: 'Own', baseUrl: base(), headers: {}, proxy: '', apiVersion: '' };
    expect(await models.update({ ...change, name: 'Other' })).toMatchObject({
      error: { code: 'name-taken' },
    });
    expect(await models.update({ ...change, baseUrl: 'nowhere' })).toMatchObject({
      error: { code: 'invalid' },
    });
    const nobody = asId<ProviderId>('00000000-0000-4000-8000-000000000000');
    expect(await models.update({ ...change, providerId: nobody })).toMatchObject({
      error: { code: 'not-found' },
    });
    expect(await models.update({ ...change, name: 'Mine', headers: { 'X-A': 'b' } })).toMatchObject({
      ok: true,
    });
    expect(await account('Mine')).toMatchObject({ hasKey: true, headers: { 'X-A': 'b' } });
    expect(await namesOf(id)).toEqual(['llama']);
  });
});

describe('a model', () => {
  const find = async (model: string) => {
    const found = (await snapshot()).models.find((m) => m.model === model);
    if (!found) throw new Error(`No ${model}`);
    return found;
  };
  const defaults = async () => (await snapshot()).models.filter((m) => m.isDefault).map((m) => m.model);

  it('is added with what the server tells of it, once', async () => {
    await start();
    const id = await add();
    answers = {
      '/v1/models': [
        200,
        {
          data: [
            { id: 'a/b', context_length: 1000, pricing: { prompt: '0.000001', completion: '0.000002' } },
          ],
        },
      ],
    };
    expect((await models.addModels(id, ['a/b', 'unlisted'])).ok).toBe(true);
    expect(await find('a/b')).toMatchObject({
      contextLimit: 1000,
      price: { input: 1, output: 2 },
      priceFrom: 'model',
    });
    expect(await models.addModels(id, ['a/b'])).toMatchObject({ error: { code: 'taken' } });
  });

  it('is asked as it was set, and takes its default effort', async () => {
    await start();
    await add();
    const { id, settings } = await find('llama');
    const set: ModelSettings = {
      ...settings,
      displayName: 'Mine',
      contextLimit: 9_000,
      compressionThreshold: 40,
      effort: 'low',
      maxOutputTokens: 123,
      maxRetries: 2,
      price: { input: 1, output: 2, cacheRead: null, cacheWrite: null },
      providerOptions: { openaicompat: { top_k: 4 } },
    };
    expect((await models.updateModel(id, set)).ok).toBe(true);
    expect((await find('llama')).settings).toEqual(set);
    expect(await models.resolve(id)).toMatchObject({
      contextLimit: 9_000,
      compressionThreshold: 40,
      effort: 'low',
      maxOutputTokens: 123,
      maxRetries: 2,
      price: { input: 1, output: 2 },
    });
  });

  it('one is the default: another when it is switched off, removed, or its account is off', async () => {
    await start();
    const id = await add({ models: ['llama', 'qwen'] });
    expect(await defaults()).toEqual(['llama']);
    const { id: llama, settings } = await find('llama');
    await models.updateModel(llama, { ...settings, enabled: false });
    expect(await defaults()).toEqual(['qwen']);
    await expect(models.resolve(llama)).rejects.toMatchObject({ kind: 'provider_disabled' });
    await models.removeModel((await find('qwen')).id);
    expect(await defaults()).toEqual(['demo']);
    await models.updateModel(llama, settings);
    await models.setDefault(llama);
    await models.setEnabled(id, false);
    expect(await defaults()).toEqual(['demo']);
    expect(await models.removeModel(asId<ModelConfigId>(id))).toMatchObject({
      error: { code: 'not-found' },
    });
  });

  it('stays removed, and changed, over a start', async () => {
    const env = { OPENAI_API_KEY: 'sk-openai-1' };
    await start(env);
    await models.removeModel((await find('gpt-4o')).id);
    const { id, settings } = await find('o3');
    await models.updateModel(id, { ...settings, displayName: 'Third', contextLimit: 5 });
    await models.close();
    await start(env);
    await expect(find('gpt-4o')).rejects.toThrow('No gpt-4o');
    expect(await find('o3')).toMatchObject({ name: 'Third', contextLimit: 5 });
  });
});
