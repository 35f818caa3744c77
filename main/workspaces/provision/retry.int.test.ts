import { existsSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { builtIn, openWorkshop } from './test-workshop.ts';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
afterAll(() => agent.close());

test('one that could not be made is made once more in the same place', async () => {
  const { places, dir, create, settled, directoryOf } = await openWorkshop({ agent });
  const directory = path.join(dir, 'made');
  await mkdir(directory);
  const id = await create(builtIn('empty'), { parameters: { directory } });
  expect(await settled(id)).toMatchObject({ state: 'failed' });
  expect(places.workspaces.list()).toMatchObject([
    {
      id,
      state: 'failed',
      actions: ['retry', 'remove'],
      origin: { template: 'Empty directory', by: 'person' },
    },
  ]);
  // What stood there before is not ours: it stays.
  expect(existsSync(directory)).toBe(true);
  expect(await places.maker.retry(id)).toEqual({ ok: true, value: null });
  expect(await settled(id)).toMatchObject({ state: 'failed', scriptCount: 2 });
  await rmdir(directory);
  expect(await places.maker.retry(id)).toEqual({ ok: true, value: null });
  expect(await settled(id)).toMatchObject({ state: 'running', error: null });
  expect(directoryOf(id)).toBe(directory);
  expect(await places.maker.retry(id)).toMatchObject({ ok: false, error: { code: 'not-now' } });
});
