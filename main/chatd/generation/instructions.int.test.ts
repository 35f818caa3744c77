import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { silentLog } from '../../base/log.ts';
import { connectionTo, fakeAgent } from '../../tools/testing/fake-agent.ts';
import { openRealPlace, type RealPlace } from '../../tools/testing/real-place.ts';
import { loadInstructionFiles } from './instructions.ts';

const call = { signal: new AbortController().signal };
let agent: TestAgent;
let place: RealPlace;
/** Not the home of whoever runs the tests. */
let home: string;
beforeAll(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), 'gaffer-home-')));
  agent = await startTestAgent({ env: { HOME: home } });
}, 180_000);
beforeEach(async () => {
  place = await openRealPlace(agent);
});
afterAll(async () => {
  await agent.close();
  await rm(home, { recursive: true, force: true });
});

const load = (connection = place.connection, isTrusted = true) =>
  loadInstructionFiles(connection, isTrusted, silentLog, call.signal);
const file = (name: string) => path.join(place.connection.directory, name);

describe('instruction files', () => {
  it('#202 the one at home is found whatever its case, cut at 64 KiB, and need not be there', async () => {
    expect(await load()).toEqual([]);
    const source = path.join(home, '.gaffer', 'Agents.md');
    await mkdir(path.dirname(source));
    await writeFile(source, 'Be brief.\r\n');
    expect(await load()).toEqual([{ source, content: 'Be brief.', truncated: false }]);
    await writeFile(source, 'x'.repeat(65_536));
    expect(await load()).toMatchObject([{ truncated: false }]);
    await writeFile(source, 'x'.repeat(65_537));
    expect(await load()).toEqual([{ source, content: 'x'.repeat(65_536), truncated: true }]);
    await rm(source);
  });

  it('#203 the one of the folder is read, need not be there, and is not looked for without a folder', async () => {
    expect(await load()).toEqual([]);
    expect(await load({ ...place.connection, directory: '' })).toEqual([]);
    await writeFile(file('AGENTS.md'), 'Use tabs.');
    expect(await load()).toEqual([{ source: file('AGENTS.md'), content: 'Use tabs.', truncated: false }]);
    expect(await load(place.connection, false)).toEqual([]);
  });

  it('where there is no AGENTS.md, CLAUDE.md is read; never both', async () => {
    await writeFile(file('CLAUDE.md'), 'Use spaces.');
    expect(await load()).toMatchObject([{ source: file('CLAUDE.md'), content: 'Use spaces.' }]);
    await writeFile(file('AGENTS.md'), 'Use tabs.');
    expect(await load()).toMatchObject([{ source: file('AGENTS.md'), content: 'Use tabs.' }]);
  });

  it("#211 paths are joined in the agent's style", async () => {
    const asked: string[] = [];
    const client = fakeAgent({
      hello: async () => ({ ...(await agent.client.hello(call)), home: 'C:\\Users\\me' }),
      listDirectory: async (directory) => {
        asked.push(directory);
        return await agent.client.listDirectory(place.elsewhere, call);
      },
      readFile: async (source) => {
        asked.push(source);
        return new TextEncoder().encode('x');
      },
    });
    await load(connectionTo(client, { directory: 'C:\\work\\my project' }));
    await load(connectionTo(client, { directory: '/work/place/' }));
    expect(asked).toEqual([
      'C:\\Users\\me\\.gaffer',
      'C:\\work\\my project\\AGENTS.md',
      'C:\\Users\\me\\.gaffer',
      '/work/place/AGENTS.md',
    ]);
  });
});
