import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asId, type ChatId, type ToolKey } from '@shared/model/ids.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from '../agent-client/test-agent.ts';
import { systemClock } from '../base/clock.ts';
import type { CommandResult } from './command-result.ts';
import { gateCall } from './gate-call.ts';
import { Interrupted } from './interrupted.ts';
import { workspaceTools } from './registry.ts';
import { type RunContext, runTool, type ToolRun } from './run-tool.ts';
import { runContext } from './testing/fake-agent.ts';
import { openRealPlace, type RealPlace, until } from './testing/real-place.ts';

let agent: TestAgent;
let place: RealPlace;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
beforeEach(async () => {
  place = await openRealPlace(agent);
});
afterAll(() => agent.close());

let calls = 0;
/** Each call has a key of its own unless the test names one. */
function run(name: string, args: unknown, more: Partial<RunContext> = {}): Promise<ToolRun> {
  calls += 1;
  const key = asId<ToolKey>(`installation:${place.chatId}:1:${calls}`);
  return runTool(
    workspaceTools,
    { name, args },
    runContext(place.connection, { chatId: place.chatId, key, ...more }),
  );
}
const result = async (...given: Parameters<typeof run>) => (await run(...given)).result as CommandResult;
const file = (name: string) => path.join(place.connection.directory, name);

test('read_file numbers lines and reads ranges', async () => {
  await writeFile(file('größe 日本.txt'), 'one\ntwo\nthree\n');
  expect(await run('read_file', { path: file('größe 日本.txt') })).toMatchObject({
    isError: false,
    result: { content: '1\tone\n2\ttwo\n3\tthree', file_size: 14, total_lines: 3, lines_read: 3 },
  });
  expect(await run('read_file', { path: 'größe 日本.txt', offset: 2, limit: 1 })).toMatchObject({
    result: { content: '2\ttwo', lines_read: 1 },
  });
});

test('what cannot be read is a result that says why', async () => {
  await writeFile(file('large.txt'), `${'x'.repeat(1000)}\n`.repeat(1200));
  await mkdir(file('folder'));
  for (const name of ['large.txt', 'folder', 'missing.txt']) {
    const read = await run('read_file', { path: name });
    expect(read).toMatchObject({ isError: true, result: { error: expect.stringMatching(/\S+ \S+/) } });
  }
  expect((await run('read_file', { path: 'large.txt' })).result).toMatchObject({
    error: expect.stringContaining('1048576'),
  });
});

test('a binary file does not break the answer', async () => {
  await writeFile(file('data.bin'), Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256)));
  const read = await run('read_file', { path: 'data.bin' });
  expect(JSON.parse(JSON.stringify(read.result))).toEqual(read.result);
});

test('write_file makes parents and writes through links', async () => {
  const written = await run('write_file', { path: 'deep/er/note & "x".txt', content: 'héllo\n' });
  expect(written).toMatchObject({ isError: false, result: { ok: true } });
  expect(await readFile(file('deep/er/note & "x".txt'), 'utf8')).toBe('héllo\n');
  await symlink(file('deep/er/note & "x".txt'), file('link'));
  await run('write_file', { path: 'link', content: 'again' });
  expect(await readFile(file('deep/er/note & "x".txt'), 'utf8')).toBe('again');
  await mkdir(file('folder'));
  expect(await run('write_file', { path: 'folder', content: '' })).toMatchObject({ isError: true });
});

test('edit_files is all or nothing', async () => {
  await writeFile(file('a.txt'), 'alpha beta');
  await writeFile(file('b.txt'), 'beta beta');
  const edit = (path: string, search: string, replace_all?: boolean) => ({
    path,
    edits: [{ search, replace: 'X', replace_all }],
  });
  const failed = await run('edit_files', { files: [edit('a.txt', 'beta'), edit('b.txt', 'beta')] });
  expect(failed).toMatchObject({ isError: true, result: { error: expect.stringContaining('b.txt') } });
  expect(await readFile(file('a.txt'), 'utf8')).toBe('alpha beta');
  const both = await run('edit_files', { files: [edit('a.txt', 'beta'), edit('b.txt', 'beta', true)] });
  expect(both).toMatchObject({ isError: false, result: { ok: true } });
  expect(await readFile(file('b.txt'), 'utf8')).toBe('X X');
});

test('#317 a command that succeeds', async () => {
  const done = await result('execute', { command: 'echo hello; echo there >&2' });
  expect(done).toMatchObject({ success: true, exit_code: 0, output: 'hello\nthere\n' });
  expect(done.wall_duration_ms).toBeGreaterThanOrEqual(0);
});

test('#318 a command that fails', async () => {
  expect(await result('execute', { command: 'echo no; exit 3' })).toMatchObject({
    success: false,
    exit_code: 3,
    output: 'no\n',
  });
});

test('#319 a background command answers at once and can be followed and ended', async () => {
  const started = await result('execute', { command: 'echo up; exec sleep 600 &' });
  expect(started).toMatchObject({ success: true });
  const process_id = started.background_process_id;
  expect(await run('process_list', {})).toMatchObject({
    result: { processes: [{ id: process_id, running: true, background: true }] },
  });
  const ended = run('process_output', { process_id, wait_timeout: '5m' });
  expect(await run('process_signal', { process_id, signal: 'terminate' })).toMatchObject({
    result: { success: true },
  });
  expect((await ended).result).toMatchObject({ success: false, exit_code: -1, output: 'up\n' });
  expect(await run('process_signal', { process_id, signal: 'kill' })).toMatchObject({ isError: true });
});

test('#320 at the timeout the output so far is there and the command goes on', async () => {
  await writeFile(file('gate'), '');
  const late = await result('execute', {
    command: 'echo early; while [ -e gate ]; do sleep 0.05; done; echo late',
    timeout: '1s',
  });
  expect(late).toMatchObject({ success: false, exit_code: -1, error: 'command timed out after 1s' });
  expect(late.output).toBe('early\n');
  const process_id = late.background_process_id;
  expect((await run('process_output', { process_id })).result).toMatchObject({
    success: true,
    note: 'process is still running',
  });
  await rm(file('gate'));
  expect((await run('process_output', { process_id, wait_timeout: '1m' })).result).toMatchObject({
    success: true,
    exit_code: 0,
    output: 'early\nlate\n',
  });
});

test('#321 a directory that is not there', async () => {
  expect(await run('execute', { command: 'ls', workdir: 'nowhere' })).toMatchObject({
    result: { success: false, error: expect.stringMatching(/\S/) },
  });
});

test('#324 a file dump runs and gets its advice', async () => {
  await writeFile(file('a.txt'), 'A');
  const dumped = await result('execute', { command: 'cat a.txt' });
  expect(dumped).toMatchObject({ success: true, output: 'A', note: expect.stringContaining('read_file') });
});

test('#325 a command knows its chat, and nothing in it waits for a person', async () => {
  const { output } = await result('execute', {
    command: 'echo "$GAFFER_CHAT_ID $GAFFER_CHAT_AGENT $GIT_TERMINAL_PROMPT $TERM $PAGER"; pwd; cat',
  });
  expect(output).toBe(`${place.chatId} true 0 dumb cat\n${place.connection.directory}\n`);
});

test('100 MB of output become a head and a tail of 32 KiB', async () => {
  const done = await result('execute', {
    command: 'echo first; head -c 100000000 /dev/zero | tr "\\0" "x"; echo; echo last',
    timeout: '2m',
  });
  expect(done).toMatchObject({ success: true, exit_code: 0 });
  expect(done.output.startsWith('first\n')).toBe(true);
  expect(done.output.endsWith('last\n')).toBe(true);
  expect(Buffer.byteLength(done.output)).toBeLessThanOrEqual(32_768);
  expect(done.truncated).toMatchObject({ original_bytes: 100_000_012, strategy: 'head_tail' });
});

test('an interrupt ends the command and everything that it started', async () => {
  const controller = new AbortController();
  const running = run(
    'execute',
    { command: 'echo before; sleep 600 & echo $! > child; wait', timeout: '5m' },
    { signal: controller.signal },
  );
  await until(async () => (await readFile(file('child'), 'utf8').catch(() => '')).endsWith('\n'));
  controller.abort(new Interrupted());
  expect(await running).toMatchObject({
    isError: true,
    result: { success: false, output: 'before\n', error: 'interrupted by the user' },
  });
  const child = Number(await readFile(file('child'), 'utf8'));
  await until(async () => !isAlive(child));
  expect(isAlive(child)).toBe(false);
});

test('a command that ignores terminate is killed', async () => {
  const controller = new AbortController();
  const running = run(
    'execute',
    { command: 'trap "" TERM; echo $$ > pid; while :; do sleep 0.1; done', timeout: '5m' },
    { signal: controller.signal },
  );
  await until(async () => (await readFile(file('pid'), 'utf8').catch(() => '')).endsWith('\n'));
  controller.abort(new Interrupted());
  expect(await running).toMatchObject({ isError: true, result: { success: false, exit_code: -1 } });
  expect(isAlive(Number(await readFile(file('pid'), 'utf8')))).toBe(false);
});

test('a shutdown leaves the command running, and a repeat with its key attaches to it', async () => {
  const key = asId<ToolKey>(`installation:${place.chatId}:2:0`);
  const args = {
    command: 'echo run >> count; while [ ! -e go ]; do sleep 0.05; done; echo done',
    timeout: '1m',
  };
  const controller = new AbortController();
  const first = run('execute', args, { key, signal: controller.signal });
  await until(async () => (await readFile(file('count'), 'utf8').catch(() => '')) === 'run\n');
  controller.abort(new Error('closing'));
  await expect(first).rejects.toThrow('closing');
  const again = run('execute', args, { key });
  await writeFile(file('go'), '');
  expect((await again).result).toMatchObject({ success: true, output: 'done\n' });
  expect(await readFile(file('count'), 'utf8')).toBe('run\n');
});

test('a repeated write with its key changes nothing that came later', async () => {
  const key = asId<ToolKey>(`installation:${place.chatId}:3:0`);
  const args = { path: 'a.txt', content: 'mine' };
  await run('write_file', args, { key });
  await writeFile(file('a.txt'), 'theirs');
  expect(await run('write_file', args, { key })).toMatchObject({ isError: false });
  expect(await readFile(file('a.txt'), 'utf8')).toBe('theirs');
});

test('a process of another chat is not there', async () => {
  const started = await result('execute', { command: 'sleep 600', run_in_background: true });
  const process_id = started.background_process_id;
  const other = { chatId: asId<ChatId>('6a7b1c1e-0000-4000-8000-00000000ffff') };
  expect(await run('process_output', { process_id }, other)).toMatchObject({ isError: true });
  expect(await run('process_signal', { process_id, signal: 'kill' }, other)).toMatchObject({
    isError: true,
  });
  expect(await run('process_signal', { process_id, signal: 'kill' })).toMatchObject({ isError: false });
});

test('a write through a link that leads out of the workspace asks', async () => {
  await symlink(place.elsewhere, file('out'));
  const stateOf = async (target: string) =>
    (
      await gateCall(
        workspaceTools,
        { name: 'write_file', args: { path: target, content: '' } },
        {
          mode: 'edit',
          loadRules: () => Promise.resolve([]),
          connect: async () => place.connection,
          chatId: place.chatId,
          clock: systemClock,
          signal: new AbortController().signal,
        },
      )
    ).state;
  expect(await stateOf('new/file.txt')).toBe('cleared');
  expect(await stateOf('out/file.txt')).toBe('gated');
  expect(await stateOf('out/../inside.txt')).toBe('cleared');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
