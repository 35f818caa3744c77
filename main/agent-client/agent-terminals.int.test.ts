import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import type { OpenTerminalRequest } from '@shared/agent-protocol/terminals.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentError, LinkDown } from './client.ts';
import { createAgentClient } from './http-client.ts';
import { isProcessAlive, startTestAgent, type TestAgent, type TestAgentOptions } from './test-agent.ts';
import { type TestTerminal, testTerminal } from './test-terminal.ts';

const size = { cols: 80, rows: 24 };
const call = { signal: AbortSignal.timeout(600_000) };
const keyed = () => ({ ...call, key: randomUUID() });
let agent: TestAgent;

beforeEach(async () => {
  agent = await startTestAgent({
    env: { OPENAI_API_KEY: 'secret', GAFFER_SECRET: 'secret', PLAIN: 'kept' },
  });
});
afterEach(() => agent.close());

async function newTerminal(on: TestAgent, more: Partial<OpenTerminalRequest> = {}): Promise<TestTerminal> {
  const id = randomUUID();
  await on.client.openTerminal({ id, workspace: on.dir, ...size, ...more }, keyed());
  return testTerminal(on.client, id, call);
}

async function open(more: Partial<OpenTerminalRequest> = {}): Promise<TestTerminal> {
  const terminal = await newTerminal(agent, more);
  await terminal.until(PROMPT);
  return terminal;
}
const list = async () => (await agent.client.listTerminals(agent.dir, null, call)).terminals;
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: AgentError) => ({ status: error.status, code: error.code }),
  );
/** What is typed before it is there is echoed in front of it. */
const PROMPT = /[#$] $/;
/** Its output up to the end of a command; what was typed is echoed with the quotes still in it. */
const DONE = `; echo do''ne\r`;

async function pidOf(terminal: TestTerminal, command: string): Promise<number> {
  await terminal.type(`${command} & echo pid''=$!.\r`);
  return Number(/pid=(\d+)\./.exec(await terminal.until(/pid=\d+\./))?.[1]);
}

describe('a terminal', () => {
  it('is a login shell in its directory, with the environment of a login and no secrets', async () => {
    const cwd = path.join(agent.dir, 'a dir with ünïcode');
    mkdirSync(cwd);
    const terminal = await open({ cwd, cols: 93, rows: 31 });
    await terminal.type(
      `stty size; pwd; echo "$TERM,$COLORTERM,$PLAIN,$SHELL,$OPENAI_API_KEY,$GAFFER_SECRET,"; env | grep -c GAFFER${DONE}`,
    );
    const text = await terminal.until(/^done/m);
    expect(text).toContain('31 93\r\n');
    expect(text).toContain(`\n${cwd}\r\n`);
    expect(text).toContain('\nxterm-256color,truecolor,kept,/bin/sh,,,\r\n0\r\n');
    expect(await list()).toMatchObject([{ title: 'sh', cwd, cols: 93, rows: 31, state: 'running' }]);
  });

  it('echoes what is typed, takes any bytes, and passes control keys on', async () => {
    const terminal = await open();
    await terminal.type('cat\r');
    await terminal.type('grüß 図形\r');
    await terminal.until(/grüß 図形\r\ngrüß 図形\r\n/);
    await terminal.type('\u0003');
    await terminal.until(/\^C/);
    await terminal.type('exit 7\r');
    expect(await terminal.ended()).toBe(7);
    expect(await list()).toMatchObject([{ id: terminal.id, state: 'ended', exit_code: 7 }]);
    expect(await refused(terminal.type('x'))).toEqual({ status: 409, code: 'already-exited' });
    expect(await refused(agent.client.resizeTerminal(terminal.id, { cols: 9, rows: 9 }, call))).toEqual({
      status: 409,
      code: 'already-exited',
    });
  });

  it('is resized, and what runs in it is told; of many sizes at once the last one stands', async () => {
    const terminal = await open();
    await terminal.type(`trap 'echo resized to $(stty size).' WINCH; echo rea''dy\r`);
    await terminal.until(/ready/);
    await agent.client.resizeTerminal(terminal.id, { cols: 100, rows: 40 }, call);
    await terminal.type('\r');
    await terminal.until(/resized to 40 100\./);
    await Promise.all(
      [50, 60, 70, 80].map((cols) => agent.client.resizeTerminal(terminal.id, { cols, rows: 20 }, call)),
    );
    await terminal.type('\r');
    await terminal.until(/resized to 20 80\./);
    expect(await list()).toMatchObject([{ cols: 80, rows: 20 }]);
  });

  it('tells whoever shows it of its new size', async () => {
    const { id } = await open();
    const { revision } = await agent.client.listTerminals(agent.dir, null, call);
    await agent.client.resizeTerminal(id, { cols: 66, rows: 22 }, call);
    const next = await agent.client.listTerminals(agent.dir, revision, call);
    expect(next.revision).not.toBe(revision);
    expect(next.terminals).toMatchObject([{ id, cols: 66, rows: 22 }]);
  });

  it('keeps the newest MiB of its output, and says how much is gone', async () => {
    // Nobody reads meanwhile: it waits for nobody. The revision tells that it ended.
    const terminal = await newTerminal(agent);
    const { id } = terminal;
    await terminal.type(`stty -onlcr; yes 0123456789abcde | head -n 100000${DONE}`);
    await terminal.type('exit\r');
    let { terminals, revision } = await agent.client.listTerminals(agent.dir, null, call);
    while (terminals[0]?.state === 'running')
      ({ terminals, revision } = await agent.client.listTerminals(agent.dir, revision, call));
    const first = await agent.client.terminalOutput(id, 0, true, call);
    expect(first.total).toBeGreaterThan(1_600_000);
    expect(first.start).toBe(first.total - 2 ** 20);
    await terminal.ended();
    expect(terminal.text()).toMatch(/^done$/m);
    expect(terminal.text()).toHaveLength(2 ** 20);
    const lines = terminal.text().split('\n');
    expect(lines.filter((line) => line === '0123456789abcde').length).toBeGreaterThan(65_000);
  });

  it('waits for who reads it, so that nothing of a long output is lost', async () => {
    const terminal = await open();
    await terminal.type(`stty -onlcr; yes 0123456789abcde | head -n 200000${DONE}`);
    await terminal.until(/^done$/m);
    expect(
      terminal
        .text()
        .split('\n')
        .filter((line) => line === '0123456789abcde'),
    ).toHaveLength(200_000);
  });

  it('takes a large paste in order', async () => {
    const terminal = await open();
    await terminal.type(`stty raw -echo; echo rea''dy; head -c 300000 | cksum${DONE}`);
    await terminal.until(/ready/);
    const bytes = Buffer.alloc(300_000, 'the quick brown fox\n');
    for (let at = 0; at < bytes.length; at += 50_000)
      await terminal.type(bytes.subarray(at, at + 50_000).toString());
    await terminal.until(/done/);
    const plain = await agent.client.startProcess(
      { command: `yes 'the quick brown fox' | head -c 300000 | cksum` },
      keyed(),
    );
    const { output } = await agent.client.processOutput(plain.id, true, call);
    expect(terminal.text()).toContain(output.trim());
  });
});

describe('input', () => {
  it('is typed once, however often it is sent, and in order', async () => {
    const terminal = await open();
    const send = (writer: string, sequence: number, text: string) =>
      agent.client.writeTerminal(terminal.id, { writer, sequence, bytes: Buffer.from(text) }, call);
    await send('a', 1, 'echo o');
    await Promise.all([send('a', 2, 'ne'), send('a', 2, 'ne'), send('a', 2, 'ne')]);
    await send('a', 1, 'echo o');
    await send('b', 1, ' two');
    await send('b', 1, ' two');
    await send('a', 3, '\r');
    expect(await terminal.until(/^one two\r$/m)).not.toContain('oneone');
  });

  it('is typed once when the connection breaks before the answer', async () => {
    const terminal = await open();
    const { socket, token } = agent.local.address;
    // A way to the agent that passes the request on and never brings an answer back.
    const cut = createAgentClient({
      token,
      connect: () => {
        const toAgent = net.connect(socket);
        const end = toAgent.destroy.bind(toAgent);
        toAgent.on('data', () => undefined);
        toAgent.push = () => {
          end();
          return false;
        };
        return toAgent;
      },
    });
    const input = { writer: 'a', sequence: 1, bytes: Buffer.from(`echo o''nce\r`) };
    await expect(cut.writeTerminal(terminal.id, input, call)).rejects.toBeInstanceOf(LinkDown);
    cut.close();
    await terminal.until(/^once\r$/m);
    await agent.client.writeTerminal(terminal.id, input, call);
    await terminal.type('exit\r');
    await terminal.ended();
    expect(terminal.text().match(/^once\r$/gm)).toHaveLength(1);
  });
});

describe('the end', () => {
  it('closing ends what runs in it: by hanging up, and what does not listen by force', async () => {
    const terminal = await open();
    const job = await pidOf(terminal, 'sleep 1000');
    const deaf = await pidOf(terminal, `sh -c 'trap "" HUP TERM INT; while :; do sleep 1; done'`);
    await terminal.type('sleep 2000\r');
    await terminal.until(/sleep 2000/);
    await agent.client.closeTerminal(terminal.id, call);
    await expect.poll(() => isProcessAlive(job), { timeout: 60_000 }).toBe(false);
    await expect.poll(() => isProcessAlive(deaf), { timeout: 60_000 }).toBe(false);
    expect(await list()).toEqual([]);
    expect(await refused(agent.client.terminalOutput(terminal.id, 0, false, call))).toEqual({
      status: 404,
      code: 'not-found',
    });
    // Once more: it is closed.
    await agent.client.closeTerminal(terminal.id, call);
  });

  it('goes on without a client, and the next one finds it', async () => {
    const terminal = await open();
    await terminal.type(`while [ ! -e '${agent.dir}/go' ]; do sleep 0.05; done; echo went o''n\r`);
    await terminal.until(/sleep 0.05/);
    const { socket, token } = agent.local.address;
    const first = createAgentClient({ token, connect: () => net.connect(socket) });
    const waiting = first
      .terminalOutput(terminal.id, 0, true, call)
      .then(() => first.terminalOutput(terminal.id, 1e6, true, call));
    first.close();
    await expect(waiting).rejects.toBeInstanceOf(LinkDown);
    writeFileSync(path.join(agent.dir, 'go'), '');
    const next = createAgentClient({ token, connect: () => net.connect(socket) });
    const { terminals } = await next.listTerminals(agent.dir, null, call);
    expect(terminals).toMatchObject([{ id: terminal.id, state: 'running' }]);
    const again = testTerminal(next, terminal.id, call);
    expect(await again.until(/^went on\r$/m)).toContain('sleep 0.05');
    await next.closeTerminal(terminal.id, call);
    next.close();
  });

  it('counts as running: the agent does not go unless it is made to', async () => {
    const terminal = await open();
    const job = await pidOf(terminal, 'sleep 1000');
    expect(await refused(agent.client.shutdown(false, call))).toEqual({ status: 409, code: 'conflict' });
    const { pid } = agent.local.address;
    await agent.client.shutdown(true, call);
    await expect.poll(() => isProcessAlive(pid) || isProcessAlive(job), { timeout: 60_000 }).toBe(false);
    // The next agent has nothing to tell: it was wanted.
    expect(await list()).toEqual([]);
  });

  it('an idle agent stays for its terminals, and goes when the last one has ended', async () => {
    const idle = await startTestAgent({ idleMs: 200 });
    await (await newTerminal(idle)).type(`sleep 3; echo > '${idle.dir}/still here'; exit\r`);
    const { pid } = idle.local.address;
    await expect.poll(() => existsSync(`${idle.dir}/still here`), { timeout: 60_000 }).toBe(true);
    await expect.poll(() => isProcessAlive(pid), { timeout: 60_000 }).toBe(false);
    await idle.close();
  });

  it('an agent that is killed takes its terminals along: the next one says so and ends what they left', async () => {
    const terminal = await open();
    const job = await pidOf(terminal, `sh -c 'trap "" HUP; while :; do sleep 1; done'`);
    await terminal.type('sleep 2000\r');
    await terminal.until(/sleep 2000/);
    await agent.kill();
    expect(await list()).toMatchObject([{ id: terminal.id, title: 'sh', state: 'lost', exit_code: null }]);
    await expect.poll(() => isProcessAlive(job), { timeout: 60_000 }).toBe(false);
    expect(await agent.client.terminalOutput(terminal.id, 0, true, call)).toMatchObject({ state: 'lost' });
    expect(await refused(terminal.type('x'))).toEqual({ status: 409, code: 'already-exited' });
    await agent.client.closeTerminal(terminal.id, call);
    expect(await list()).toEqual([]);
  });

  it('one of an agent of another version is read, typed into, resized and closed through this one', async () => {
    const other = path.join(agent.dir, 'other version.cjs');
    writeFileSync(other, `${readFileSync(agent.agentFile, 'utf8')}\n// Another one.\n`);
    const second = await startTestAgent({ base: path.dirname(agent.home), agentFile: other });
    try {
      const terminal = await open();
      const job = await pidOf(terminal, 'sleep 1000');
      const seen = () => second.client.listTerminals(agent.dir, null, call);
      expect((await seen()).terminals).toMatchObject([{ id: terminal.id, state: 'running' }]);
      const through = testTerminal(second.client, terminal.id, call);
      await through.until(/sleep 1000/);
      await second.client.resizeTerminal(terminal.id, { cols: 61, rows: 21 }, call);
      await through.type('stty size\r');
      await through.until(/^21 61\r$/m);
      expect(await list()).toMatchObject([{ id: terminal.id, cols: 61, rows: 21 }]);
      await second.client.closeTerminal(terminal.id, call);
      await expect.poll(() => isProcessAlive(job), { timeout: 60_000 }).toBe(false);
      expect((await seen()).terminals).toEqual([]);
      await expect.poll(async () => (await list()).map(({ state }) => state)).toEqual(['ended']);
      const lost = testTerminal(second.client, (await open()).id, call);
      await lost.until(PROMPT);
      await agent.kill();
      expect(await lost.ended()).toBe(null);
      expect((await seen()).terminals).toMatchObject([{ id: lost.id, state: 'lost' }]);
    } finally {
      await second.kill();
      second.local.close();
    }
  });
});

describe('the ways to make one', () => {
  /** A login shell whose PATH is this directory, which holds `env` and what else is given. */
  function shellWith(programs: Readonly<Record<string, string>>): string {
    const bin = path.join(agent.dir, 'bin');
    mkdirSync(bin);
    symlinkSync('/usr/bin/env', path.join(bin, 'env'));
    for (const [name, text] of Object.entries(programs))
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const shell = path.join(agent.dir, 'shell');
    const lines = ['#!/bin/sh', 'if [ "$1" = -ilc ]; then', `PATH='${bin}'; export PATH`];
    lines.push('exec /bin/sh -c "$2"; fi', 'exec /bin/sh');
    writeFileSync(shell, lines.join('\n'), { mode: 0o755 });
    return shell;
  }
  async function withAgent<T>(
    options: TestAgentOptions,
    run: (other: TestAgent) => Promise<T>,
  ): Promise<T> {
    const other = await startTestAgent(options);
    try {
      return await run(other);
    } finally {
      await other.close();
    }
  }
  const openOn = (other: TestAgent) => newTerminal(other, { rows: 17 });
  async function worksOn(other: TestAgent): Promise<TestTerminal> {
    const terminal = await openOn(other);
    await terminal.until(PROMPT);
    await terminal.type('/bin/stty size\r');
    await terminal.until(/^17 80\r$/m);
    await other.client.resizeTerminal(terminal.id, { cols: 70, rows: 18 }, call);
    await terminal.type('/bin/stty size\r');
    await terminal.until(/^18 70\r$/m);
    return terminal;
  }

  it('node-pty, where the host has it', async () => {
    const home = path.join(agent.dir, 'with node-pty');
    mkdirSync(path.join(home, 'node_modules'), { recursive: true });
    const nodePty = path.dirname(createRequire(import.meta.url).resolve('@lydell/node-pty/package.json'));
    symlinkSync(nodePty, path.join(home, 'node_modules/node-pty'));
    cpSync(agent.agentFile, path.join(home, 'agent.cjs'));
    await withAgent({ agentFile: path.join(home, 'agent.cjs') }, async (other) => {
      const terminal = await worksOn(other);
      // No program stands between the agent and the shell.
      await terminal.type(`echo par''ent=$PPID.\r`);
      await terminal.until(new RegExp(`parent=${other.local.address.pid}\\.`));
      const job = await pidOf(terminal, 'sleep 1000');
      await other.client.closeTerminal(terminal.id, call);
      await expect.poll(() => isProcessAlive(job), { timeout: 60_000 }).toBe(false);
      const second = await openOn(other);
      await second.type('exit 9\r');
      expect(await second.ended()).toBe(9);
    });
  });

  it("BSD's script, which takes no socket for its input", async () => {
    // As macOS has it, made of the one that is here.
    const script = [
      'case $1 in --version) echo "usage: script [-adkpqr] [file [command ...]]" >&2; exit 1;; esac',
      '[ "$1 $2" = "-q /dev/null" ] && [ -p /dev/stdin ] || exit 64',
      'export A="$3" B="$4" C="$5"',
      `exec /usr/bin/script -qefc 'exec "$A" "$B" "$C"' /dev/null`,
    ];
    const PATH = 'PATH=/usr/local/bin:/usr/bin:/bin; export PATH';
    const shell = shellWith({
      script: [PATH, ...script].join('\n'),
      cat: 'exec /bin/cat',
      stty: `exec /bin/stty "$@"`,
    });
    await withAgent({ env: { SHELL: shell } }, async (other) => {
      const terminal = await worksOn(other);
      await terminal.type('exit 5\r');
      expect(await terminal.ended()).toBe(5);
      const second = await openOn(other);
      await second.until(PROMPT);
      await other.client.closeTerminal(second.id, call);
    });
  });

  it('neither: says what is missing', async () => {
    const shell = shellWith({});
    await withAgent({ env: { SHELL: shell } }, async (other) => {
      const error = (await openOn(other).catch((thrown: unknown) => thrown)) as AgentError;
      expect(error).toMatchObject({ status: 501, code: 'no-terminal' });
      expect(error.message).toMatch(/neither the program `script`.*nor the package node-pty/);
    });
  });

  it("BusyBox's script is none that helps", async () => {
    const shell = shellWith({ script: 'echo "BusyBox v1.36.1 multi-call binary." >&2; exit 1' });
    await withAgent({ env: { SHELL: shell } }, async (other) => {
      expect(await refused(openOn(other))).toEqual({ status: 501, code: 'no-terminal' });
    });
  });

  it('one that fails: what it complained about is told', async () => {
    const script =
      'case $1 in --version) echo util-linux; exit;; esac; echo "out of pty devices" >&2; exit 1';
    await withAgent({ env: { SHELL: shellWith({ script }) } }, async (other) => {
      const error = (await openOn(other).catch((thrown: unknown) => thrown)) as AgentError;
      expect(error).toMatchObject({ status: 500, code: 'io', detail: 'out of pty devices' });
    });
  });
});

describe('refusals', () => {
  it('what cannot be: directories, sizes, ids, inputs', async () => {
    const bad = { status: 400, code: 'bad-request' };
    const ask = (more: object) => refused(newTerminal(agent, more));
    writeFileSync(path.join(agent.dir, 'file'), '');
    expect(await ask({ cwd: '/no/such' })).toEqual({ status: 404, code: 'not-found' });
    expect(await ask({ cwd: path.join(agent.dir, 'file') })).toEqual({
      status: 400,
      code: 'not-a-directory',
    });
    expect(await ask({ workspace: 'relative' })).toEqual(bad);
    for (const id of ['', 'x', '../../../../x', `${randomUUID()}/..`])
      expect(await ask({ id })).toEqual(bad);
    for (const cols of [0, -1, 1.5, 1001, Number.NaN, '80']) expect(await ask({ cols })).toEqual(bad);
    const unknown = { status: 404, code: 'not-found' };
    for (const id of [randomUUID(), '..', '../../etc/passwd']) {
      expect(await refused(agent.client.terminalOutput(id, 0, true, call))).toEqual(unknown);
      expect(await refused(agent.client.resizeTerminal(id, size, call))).toEqual(unknown);
    }
    const { id } = await open();
    const write = (input: { writer: string; sequence: number; bytes: Buffer }) =>
      refused(agent.client.writeTerminal(id, input, call));
    const bytes = Buffer.from('x');
    expect(await write({ writer: '', sequence: 1, bytes })).toEqual(bad);
    expect(await write({ writer: 'a', sequence: 0, bytes })).toEqual(bad);
    expect(await write({ writer: 'a', sequence: 1, bytes: Buffer.alloc(65_537) })).toEqual({
      status: 413,
      code: 'too-large',
    });
  });

  it('more than twenty at once', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => open()));
    const more = () => refused(newTerminal(agent));
    expect(await more()).toEqual({ status: 409, code: 'too-many' });
    await agent.client.closeTerminal(opened[0]?.id ?? '', call);
    expect(await more()).toBeNull();
  });

  it('the same key is the same terminal; its id is taken for any other', async () => {
    const request = { id: randomUUID(), workspace: agent.dir, ...size };
    const same = keyed();
    await Promise.all([1, 2].map(() => agent.client.openTerminal(request, same)));
    await agent.client.openTerminal(request, same);
    expect(await list()).toHaveLength(1);
    const conflict = { status: 409, code: 'conflict' };
    expect(await refused(agent.client.openTerminal(request, keyed()))).toEqual(conflict);
  });
});
