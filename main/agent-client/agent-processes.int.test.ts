import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentError } from './client.ts';
import { createHttpLink, type HttpLink } from './http-send.ts';
import type { Call } from './http-wire.ts';
import { startTestAgent, type TestAgent } from './test-agent.ts';

let agent: TestAgent;
let raw: HttpLink;
const signal = AbortSignal.timeout(120_000);
const call = { signal };
const keyed = (chatId?: string) => ({ signal, key: randomUUID(), ...(chatId ? { chatId } : {}) });

beforeAll(async () => {
  agent = await startTestAgent({
    env: { OPENAI_API_KEY: 'secret', GAFFER_SECRET: 'secret', PLAIN: 'kept' },
  });
  const { socket, token } = agent.local.address;
  raw = createHttpLink({ token, connect: () => net.connect(socket) });
});
afterAll(async () => {
  raw.close();
  await agent.close();
});

async function outputOf(command: string, more: { workdir?: string; env?: Record<string, string> } = {}) {
  const { id } = await agent.client.startProcess({ command, ...more }, keyed());
  return agent.client.processOutput(id, true, call);
}
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: AgentError) => ({ status: error.status, code: error.code }),
  );
const post = (path: string, body: string, more: Partial<Call> = {}): Call => ({
  method: 'POST',
  path,
  body: Buffer.from(body),
  key: randomUUID(),
  waitMs: 10_000,
  signal,
  ...more,
});

describe('start', () => {
  it('#246 #274 runs a command to its end', async () => {
    const { id } = await agent.client.startProcess({ command: 'echo out; echo err >&2' }, keyed());
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await agent.client.processOutput(id, true, call)).toEqual({
      output: 'out\nerr\n',
      running: false,
      exit_code: 0,
    });
    const listed = (await agent.client.listProcesses(call)).find((one) => one.id === id);
    expect(listed).toMatchObject({
      background: false,
      running: false,
      exit_code: 0,
      workdir: os.homedir(),
    });
  });

  it('#246 keeps the background flag', async () => {
    const { id } = await agent.client.startProcess({ command: 'true', background: true }, keyed('chat-bg'));
    expect(await agent.client.listProcesses({ signal, chatId: 'chat-bg' })).toMatchObject([
      { id, background: true },
    ]);
  });

  it('#247 refuses an empty command, broken JSON and a missing key', async () => {
    const bad = { status: 400, code: 'bad-request' };
    expect(await refused(agent.client.startProcess({ command: ' ' }, keyed()))).toEqual(bad);
    expect(await refused(raw.send(post('/processes/start', '{"command"')))).toEqual(bad);
    const { key: _key, ...keyless } = post('/processes/start', '{"command":"true"}');
    expect(await refused(raw.send(keyless))).toEqual(bad);
  });

  it('#248 #249 runs in the given directory, else in the home', async () => {
    const dir = path.join(agent.dir, 'a dir with ünïcode');
    mkdirSync(dir);
    expect((await outputOf('pwd', { workdir: dir })).output).toBe(`${dir}\n`);
    expect((await outputOf('pwd -P')).output.trim()).toBe(
      execFileSync('pwd', ['-P'], { cwd: os.homedir() }).toString().trim(),
    );
    expect(
      await refused(agent.client.startProcess({ command: 'true', workdir: '/no/such' }, keyed())),
    ).toEqual({
      status: 404,
      code: 'not-found',
    });
  });

  it("#253 #255 gives the request's environment over its own, and no secrets", async () => {
    const command =
      'echo "$PLAIN,$MINE,$OPENAI_API_KEY,$GAFFER_SECRET,$GAFFER_CHAT_ID,$ELECTRON_RUN_AS_NODE"';
    const { id } = await agent.client.startProcess({ command, env: { MINE: 'yes' } }, keyed('chat-1'));
    const { output } = await agent.client.processOutput(id, true, call);
    expect(output).toBe('kept,yes,,,chat-1,\n');
    expect((await outputOf('echo $PLAIN', { env: { PLAIN: 'over' } })).output).toBe('over\n');
  });

  it("#252 #254 gives the person's home, and what the login shell sets there", async () => {
    const person = path.join(agent.dir, 'person');
    mkdirSync(person);
    writeFileSync(path.join(person, '.profile'), 'export FROM_PROFILE=yes PLAIN=profile\n');
    const other = await startTestAgent({ env: { HOME: person, PLAIN: 'agent' } });
    try {
      const request = { command: 'pwd; echo "$HOME,$FROM_PROFILE,$PLAIN,$MINE"', env: { MINE: 'request' } };
      const { id } = await other.client.startProcess(request, keyed());
      const { output } = await other.client.processOutput(id, true, call);
      expect(output).toBe(`${person}\n${person},yes,profile,request\n`);
      expect((await other.client.hello(call)).home).toBe(person);
    } finally {
      await other.close();
    }
  });

  it('#256 the same key is the same process', async () => {
    const file = path.join(agent.dir, 'once');
    const request = { command: `echo run >> '${file}'` };
    const same = keyed();
    const ids = await Promise.all([1, 2, 3].map(() => agent.client.startProcess(request, same)));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
    await agent.client.processOutput(ids[0]?.id ?? '', true, call);
    expect(await agent.client.startProcess(request, same)).toEqual(
      expect.objectContaining({ id: ids[0]?.id }),
    );
    expect(readFileSync(file, 'utf8')).toBe('run\n');
    expect(await refused(agent.client.startProcess({ command: 'echo other' }, same))).toEqual({
      status: 409,
      code: 'key-reused',
    });
  });

  it('takes a command longer than one argument may be, and keeps its streams in order', async () => {
    const { output, exit_code } = await outputOf(
      `: '${'x'.repeat(300_000)}'\necho a; echo b >&2; echo c > /dev/stdout; exit 7`,
    );
    expect({ output, exit_code }).toEqual({ output: 'a\nb\nc\n', exit_code: 7 });
  });

  it('does not wait for a child that holds the output', async () => {
    const { id } = await agent.client.startProcess({ command: 'sleep 300 & echo started' }, keyed());
    const { output, exit_code } = await agent.client.processOutput(id, true, call);
    expect({ output, exit_code }).toEqual({ output: 'started\n', exit_code: 0 });
    const pid = (
      JSON.parse(readFileSync(path.join(agent.home, 'runs', id, 'pid'), 'utf8')) as { pid: number }
    ).pid;
    process.kill(-pid, 'SIGKILL');
  });
});

describe('list', () => {
  it('#257 shows a chat its own processes only', async () => {
    const { id } = await agent.client.startProcess({ command: 'true' }, keyed('chat-a'));
    await agent.client.startProcess({ command: 'true' }, keyed('chat-b'));
    const mine = await agent.client.listProcesses({ signal, chatId: 'chat-a' });
    expect(mine.map((one) => one.id)).toEqual([id]);
    expect((await agent.client.listProcesses(call)).length).toBeGreaterThan(1);
  });

  it('#258 #259 #260 shows ten: the running first, then the newest', async () => {
    const chat = { signal, chatId: 'chat-many' };
    const long = await agent.client.startProcess({ command: 'sleep 300' }, keyed('chat-many'));
    const ended: string[] = [];
    for (let count = 0; count < 11; count++) {
      const { id } = await agent.client.startProcess({ command: 'true' }, keyed('chat-many'));
      await agent.client.processOutput(id, true, chat);
      ended.unshift(id);
    }
    const listed = await agent.client.listProcesses(chat);
    expect(listed.map((one) => one.id)).toEqual([long.id, ...ended.slice(0, 9)]);
    expect(listed.map((one) => one.running)).toEqual([true, ...Array.from({ length: 9 }, () => false)]);
    await agent.client.signalProcess(long.id, 'kill', keyed());
  });
});

describe('secrets', () => {
  it("no command finds the app's secrets in the agent's environment", async () => {
    const { pid } = agent.local.address;
    const { output } = await outputOf(`tr '\\0' '\\n' </proc/${pid}/environ || echo PLAIN=kept`);
    expect(output).toContain('PLAIN=kept');
    expect(output).not.toMatch(/OPENAI_|GAFFER_/);
  });

  it("the agent's own token is in no output and in no file that is read", async () => {
    const { token } = agent.local.address;
    const { id } = await agent.client.startProcess(
      { command: `cat '${agent.home}'/run/*/*.json` },
      keyed(),
    );
    const end = await agent.client.processOutput(id, true, call);
    expect(end.output).toContain('"socket"');
    expect(end.output).not.toContain(token);
    const { data } = await agent.client.spool(id, 0, false, call);
    expect(Buffer.from(data, 'base64').toString()).toBe(end.output);
    const copy = path.join(agent.dir, 'copy');
    await outputOf(`cat '${agent.home}'/run/*/*.json >'${copy}'`);
    expect(readFileSync(copy, 'utf8')).toContain(token);
    expect((await agent.client.readFile(copy, {}, call)).toString()).toBe(end.output);
    const lines = { path: copy };
    expect((await agent.client.readLines(lines, call)).content).toBe(`1\t${end.output}`);
  });
});

describe('output', () => {
  it('#261 #262 tells the state', async () => {
    expect(await outputOf('exit 42')).toMatchObject({ running: false, exit_code: 42 });
    const { id } = await agent.client.startProcess({ command: 'echo on; sleep 300' }, keyed());
    await agent.client.spool(id, 0, true, call);
    expect(await agent.client.processOutput(id, false, call)).toEqual({
      output: 'on\n',
      running: true,
      exit_code: null,
    });
    await agent.client.signalProcess(id, 'kill', keyed());
  });

  it('#263 #264 #270 knows no process of nobody and of other chats', async () => {
    const unknown = { status: 404, code: 'not-found' };
    expect(await refused(agent.client.processOutput(randomUUID(), false, call))).toEqual(unknown);
    expect(await refused(agent.client.processOutput('..%2f..', false, call))).toEqual(unknown);
    expect(await refused(agent.client.signalProcess(randomUUID(), 'kill', keyed()))).toEqual(unknown);
    const { id } = await agent.client.startProcess({ command: 'true' }, keyed('chat-a'));
    expect(await refused(agent.client.processOutput(id, false, { signal, chatId: 'chat-b' }))).toEqual(
      unknown,
    );
    expect(await refused(agent.client.signalProcess(id, 'kill', keyed('chat-b')))).toEqual(unknown);
  });

  it('#265 #266 #268 releases all who wait at the exit', async () => {
    const gate = path.join(agent.dir, 'gate');
    execFileSync('mkfifo', [gate]);
    const { id } = await agent.client.startProcess({ command: `cat '${gate}'` }, keyed());
    const waiters = [1, 2, 3].map(() => agent.client.processOutput(id, true, call));
    expect(await agent.client.processOutput(id, false, call)).toMatchObject({ running: true });
    execFileSync('sh', ['-c', `echo go > '${gate}'`]);
    for (const waiter of waiters)
      expect(await waiter).toMatchObject({ output: 'go\n', running: false, exit_code: 0 });
    expect(await agent.client.processOutput(id, true, call)).toMatchObject({ running: false });
  });

  it('#238 loses and mixes up nothing of what several write at once', async () => {
    const write = 'for i in 1 2 3 4 5 6 7 8; do (for j in $(seq 500); do echo "$i-$j"; done) & done; wait';
    const { id } = await agent.client.startProcess({ command: write }, keyed());
    await agent.client.processOutput(id, true, call);
    const { data } = await agent.client.spool(id, 0, false, call);
    const got = Buffer.from(data, 'base64').toString().trimEnd().split('\n').sort();
    const numbers = Array.from({ length: 500 }, (_, at) => at + 1);
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((i) => numbers.map((number) => `${i}-${number}`));
    expect(got).toEqual(expected.sort());
  });

  it('a cancelled wait rejects with the reason of its signal', async () => {
    const { id } = await agent.client.startProcess({ command: 'sleep 300' }, keyed());
    const cancel = new AbortController();
    const waiting = agent.client.processOutput(id, true, { signal: cancel.signal });
    const reason = new Error('enough');
    cancel.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await agent.client.signalProcess(id, 'kill', keyed());
  });

  it('bounds 100 MB of output on disk and in the text, and keeps its end', async () => {
    const { id } = await agent.client.startProcess(
      { command: 'yes 0123456789abcdef0123456789abcde | head -c 100000000; echo; echo THE END' },
      keyed(),
    );
    const { output, truncated } = await agent.client.processOutput(id, true, call);
    expect(output.endsWith('\nTHE END\n')).toBe(true);
    expect(truncated).toMatchObject({ original_bytes: 100_000_009, strategy: 'head_tail' });
    const dir = path.join(agent.home, 'runs', id);
    const onDisk = readdirSync(dir).reduce((sum, name) => sum + statSync(path.join(dir, name)).size, 0);
    expect(onDisk).toBeLessThan(66 * 2 ** 20);
    const last = await agent.client.spool(id, -(56 * 2 ** 20), false, call);
    expect(last.start).toBe(100_000_009 - 56 * 2 ** 20);
    const hole = await agent.client.spool(id, 8 * 2 ** 20, false, call);
    expect(hole.start).toBeGreaterThan(8 * 2 ** 20);
  });
});

describe('spool', () => {
  it('goes on from a cursor until the process ends', async () => {
    const { id } = await agent.client.startProcess(
      { command: 'printf abc; sleep 0.2; printf def' },
      keyed(),
    );
    let [after, text, running] = [0, '', true];
    while (running || after === 0) {
      const chunk = await agent.client.spool(id, after, true, call);
      expect(chunk.start).toBe(after);
      text += Buffer.from(chunk.data, 'base64').toString();
      running = chunk.running;
      after = chunk.next;
    }
    expect(text).toBe('abcdef');
    expect(await agent.client.spool(id, -2, false, call)).toMatchObject({
      data: Buffer.from('ef').toString('base64'),
      start: 4,
      next: 6,
      exit_code: 0,
    });
  });
});

describe('the cursor of a spool', () => {
  it('leads through more than one answer holds, and knows the end', async () => {
    const { id } = await agent.client.startProcess({ command: 'seq 1 100000' }, keyed());
    await agent.client.processOutput(id, true, call);
    const chunks: Buffer[] = [];
    let after = 0;
    for (;;) {
      const { data, start, next, running, exit_code } = await agent.client.spool(id, after, true, call);
      const bytes = Buffer.from(data, 'base64');
      expect({ start, next, running, exit_code }).toEqual({
        start: after,
        next: after + bytes.length,
        running: false,
        exit_code: 0,
      });
      expect(bytes.length).toBeLessThanOrEqual(256 * 1024);
      // Ended, and nothing more: this is the end.
      if (bytes.length === 0) break;
      chunks.push(bytes);
      after = next;
    }
    expect(chunks.length).toBeGreaterThan(1);
    const all = Array.from({ length: 100_000 }, (_, at) => `${at + 1}\n`).join('');
    expect(Buffer.concat(chunks).toString()).toBe(all);
    // Beyond the end, and from the end: what there is.
    expect(await agent.client.spool(id, 10 * after, true, call)).toMatchObject({
      start: after,
      next: after,
    });
    expect(await agent.client.spool(id, -10 * after, true, call)).toMatchObject({ start: 0 });
  });

  it('skips what was dropped, and says how much', async () => {
    const line = 'yes 0123456789abcdef0123456789abcde | head -c 70000000';
    const { id } = await agent.client.startProcess({ command: line }, keyed());
    await agent.client.processOutput(id, true, call);
    const atHole = await agent.client.spool(id, 8 * 2 ** 20, false, call);
    expect(atHole.start).toBeGreaterThan(8 * 2 ** 20);
    expect(atHole.start).toBeLessThanOrEqual(70_000_000 - 56 * 2 ** 20);
    // One answer never goes on behind a hole as if there were none.
    const before = await agent.client.spool(id, 8 * 2 ** 20 - 10, false, call);
    expect(before).toMatchObject({ start: 8 * 2 ** 20 - 10, next: 8 * 2 ** 20 });
  });
});

describe('signal', () => {
  it('#269 ends the whole group', async () => {
    for (const how of ['terminate', 'kill'] as const) {
      const { id } = await agent.client.startProcess({ command: 'sleep 300 | sleep 300' }, keyed());
      await agent.client.signalProcess(id, how, keyed());
      expect(await agent.client.processOutput(id, true, call)).toMatchObject({
        running: false,
        exit_code: -1,
      });
    }
  });

  it('#271 #272 refuses what has exited and what is no signal', async () => {
    const { id } = await agent.client.startProcess({ command: 'true' }, keyed());
    await agent.client.processOutput(id, true, call);
    expect(await refused(agent.client.signalProcess(id, 'kill', keyed()))).toEqual({
      status: 409,
      code: 'already-exited',
    });
    for (const body of ['{}', '{"signal":""}', '{"signal":"SIGKILL"}']) {
      expect(await refused(raw.send(post(`/processes/${id}/signal`, body)))).toMatchObject({ status: 400 });
    }
  });
});

describe('files over the wire', () => {
  it('takes bytes of any kind and names with blanks and Unicode', async () => {
    const file = path.join(agent.dir, 'ein Ordner', 'файл &=?#%20.png');
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256));
    await agent.client.writeFile(file, bytes, keyed());
    expect(readFileSync(file)).toEqual(bytes);
    expect(await agent.client.readFile(file, {}, call)).toEqual(bytes);
    expect(await agent.client.readFile(file, { offset: 5, limit: 3 }, call)).toEqual(bytes.subarray(5, 8));
    expect(await agent.client.stat(file, call)).toMatchObject({
      kind: 'file',
      size: 70_000,
      realPath: file,
    });
    expect(await agent.client.readLines({ path: file }, call)).toMatchObject({ success: false });
    const listed = await agent.client.listDirectory(path.dirname(file), call);
    expect(listed.contents).toEqual([{ name: path.basename(file), is_dir: false }]);
  });

  it('loses none of many edits of one file at the same time', async () => {
    const file = path.join(agent.dir, 'shared.txt');
    const marks = Array.from({ length: 20 }, (_, at) => `<${at}>`);
    await agent.client.writeFile(file, marks.join('\n'), keyed());
    await Promise.all(
      marks.map((mark) =>
        agent.client.editFiles(
          { files: [{ path: file, edits: [{ search: mark, replace: 'done' }] }] },
          keyed(),
        ),
      ),
    );
    expect(readFileSync(file, 'utf8')).toBe(marks.map(() => 'done').join('\n'));
  });

  it('keeps its own things from commands of the API', async () => {
    const { socket, version } = agent.local.address;
    const address = path.join(path.dirname(socket), `${version}.json`);
    expect(await refused(agent.client.readFile(address, {}, call))).toEqual({
      status: 403,
      code: 'forbidden',
    });
    expect(await refused(agent.client.writeFile(address, '{}', keyed()))).toEqual({
      status: 403,
      code: 'forbidden',
    });
  });
});

describe('the door', () => {
  it('wants the token', async () => {
    const { socket } = agent.local.address;
    const stranger = createHttpLink({ token: 'wrong', connect: () => net.connect(socket) });
    const hello: Call = { method: 'GET', path: '/hello', waitMs: 5_000, signal };
    expect(await refused(stranger.send(hello))).toEqual({ status: 401, code: 'unauthorized' });
    stranger.close();
  });

  it('keeps its things to the person', () => {
    const { socket, version } = agent.local.address;
    expect(statSync(agent.home).mode & 0o777).toBe(0o700);
    expect(statSync(path.dirname(socket)).mode & 0o777).toBe(0o700);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(path.dirname(socket), `${version}.json`)).mode & 0o777).toBe(0o600);
  });

  it('refuses a body that is too large, and what it does not know', async () => {
    const big = post('/processes/start', `{"command":"${'x'.repeat(5_000_000)}"}`);
    expect(await refused(raw.send(big))).toEqual({ status: 413, code: 'too-large' });
    expect(await refused(raw.send(post('/nothing', '{}')))).toEqual({ status: 404, code: 'not-found' });
  });

  it('#275 logs a call with its chat', async () => {
    await agent.client.startProcess({ command: 'true' }, keyed('chat-log'));
    const log = readFileSync(
      path.join(agent.home, 'log', `agent-${agent.local.address.version}.log`),
      'utf8',
    );
    const line = log.split('\n').find((one) => one.includes('chat-log'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      path: '/api/v0/processes/start',
      status: 200,
      chatId: 'chat-log',
    });
    expect(existsSync(path.join(agent.home, 'journal'))).toBe(true);
  });
});
