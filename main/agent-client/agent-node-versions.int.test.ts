import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureNode, type NodeLine, nodeLines } from '../../scripts/lib/node-runtimes.ts';
import { startTestAgent } from './test-agent.ts';

/** The oldest and the newest; the others when somebody asks for them. */
const lines: readonly NodeLine[] = process.env['GAFFER_NODE_MATRIX'] === 'all' ? nodeLines : [18, 26];
const runtimes = lines.map((line) => ({ line, found: ensureNode(line) }));

describe.each(runtimes)('the built agent on Node.js $line', ({ found }) => {
  const missing = typeof found === 'string' ? found : null;
  const here = missing === null ? '' : ` [not here: ${missing}]`;

  it.skipIf(missing !== null)(`serves every endpoint${here}`, async () => {
    const { exe, version } = typeof found === 'string' ? { exe: '', version: '' } : found;
    const signal = AbortSignal.timeout(60_000);
    const call = { signal };
    const keyed = () => ({ signal, key: randomUUID(), chatId: 'chat' });
    const agent = await startTestAgent({ nodePath: exe });
    try {
      const { client, dir } = agent;
      const hello = await client.hello(call);
      expect(hello.node).toBe(`v${version}`);
      const file = path.join(dir, 'new', 'a file');
      await client.writeFile(file, 'one\ntwo\n', keyed());
      const edits = [{ search: 'two', replace: 'zwei' }];
      await client.editFiles({ files: [{ path: file, edits }] }, keyed());
      expect(readFileSync(file, 'utf8')).toBe('one\nzwei\n');
      expect((await client.readFile(file, { offset: 4 }, call)).toString()).toBe('zwei\n');
      expect(await client.readLines({ path: file }, call)).toMatchObject({ content: '1\tone\n2\tzwei' });
      expect(await client.stat(file, call)).toMatchObject({ kind: 'file', size: 9 });
      expect(await client.listDirectory(dir, call)).toMatchObject({
        contents: [{ name: 'new', is_dir: true }],
      });
      expect(await client.search({ root: dir, pattern: 'z\\w+', regex: true }, call)).toMatchObject({
        files: [{ path: 'new/a file', lines: [{ number: 2, ranges: [[0, 4]] }] }],
      });
      expect(await client.glob({ root: dir, include: ['a *'] }, call)).toMatchObject({
        files: [{ path: 'new/a file', size: 9 }],
      });
      execFileSync('git', ['init', '--quiet'], { cwd: dir });
      expect(await client.gitStatus(dir, call)).toMatchObject({ files: [{ path: 'new/a file' }] });
      expect(await client.gitDiff({ path: dir }, call)).toMatchObject({
        diff: expect.stringContaining('+zwei'),
      });
      expect(await client.gitSnapshot({ path: dir, name: 'one' }, keyed())).toMatchObject({
        ref: 'refs/gaffer/one',
      });
      expect(await client.gitIgnored(dir, call)).toEqual({ kind: 'ignored', names: [] });
      const asked = { processes: true, directories: [dir], repositories: [dir] };
      const told = new Set<string>();
      for await (const { type } of client.events(asked, call)) if (told.add(type).size === 3) break;
      const command = 'echo out; sleep 300';
      const { id } = await client.startProcess({ command, workdir: dir }, keyed());
      const chunk = await client.spool(id, 0, true, call);
      expect(Buffer.from(chunk.data, 'base64').toString()).toBe('out\n');
      // Its next self adopts what runs.
      await agent.kill();
      expect(await client.listProcesses({ ...call, chatId: 'chat' })).toMatchObject([
        { id, running: true },
      ]);
      await client.signalProcess(id, 'kill', keyed());
      expect(await client.processOutput(id, true, call)).toMatchObject({ output: 'out\n', exit_code: -1 });
      await client.shutdown(false, call);
    } finally {
      await agent.close();
    }
  });
});
