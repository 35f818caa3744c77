import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { ModelEvent, ModelRequest, PromptMessage } from '../port.ts';
import { demoModel } from './demo-model.ts';

const instant: Clock = { now: () => 0, sleep: async () => {} };
const toolNames = ['read_file', 'write_file', 'edit_files', 'execute', 'process_output'];

function request(messages: readonly PromptMessage[], more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'demo',
    messages: [
      {
        role: 'system',
        text: '<system-instructions>\nOperating System: linux\nWorking Directory: /home/me/pröject x\n</system-instructions>',
      },
      ...messages,
    ],
    tools: toolNames.map((name) => ({ name, description: '', parameters: {} })),
    toolChoice: 'auto',
    maxOutputTokens: 1000,
    effort: null,
    options: {},
    ...more,
  };
}

function said(text: string): PromptMessage {
  return { role: 'user', content: [{ type: 'text', text }] };
}

interface Heard {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: { name: string; args: unknown }[];
  readonly events: readonly ModelEvent[];
}

async function hear(ask: ModelRequest, model = demoModel({ clock: instant })): Promise<Heard> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(ask, new AbortController().signal)) events.push(event);
  const join = (type: 'text' | 'reasoning') =>
    events.flatMap((e) => (e.type === type ? [e.delta] : [])).join('');
  const names = events.flatMap((e) => (e.type === 'tool-start' ? [e.name] : []));
  const args = events.flatMap((e) => (e.type === 'tool-end' ? [JSON.parse(e.args) as unknown] : []));
  return {
    text: join('text'),
    reasoning: join('reasoning'),
    calls: names.map((name, i) => ({ name, args: args[i] })),
    events,
  };
}

/** Plays a whole turn: answers each call with the next output, returns the last answer and the calls. */
async function play(text: string, outputs: readonly unknown[], isError = false) {
  const messages: PromptMessage[] = [said(text)];
  const calls: { name: string; args: unknown }[] = [];
  for (const output of outputs) {
    const heard = await hear(request(messages));
    const [call] = heard.calls;
    if (!call) throw new Error('A call was expected');
    calls.push(call);
    const id = `c${calls.length}`;
    messages.push({
      role: 'assistant',
      content: [
        { type: 'text', text: heard.text },
        { type: 'tool-call', id, ...call },
      ],
    });
    messages.push({
      role: 'tool',
      results: [{ id, name: call.name, output: JSON.stringify(output), isError }],
    });
  }
  return { calls, final: await hear(request(messages)) };
}

const ending = /Demo model\. Add a key in Settings\.$/;

describe('demo model', () => {
  it('reads a file by its absolute path and reports what is in it', async () => {
    const { calls, final } = await play('read src/ä b.ts', [
      { content: '1\tconst a = 1;\n2\texport {};', total_lines: 2 },
    ]);
    expect(calls).toEqual([{ name: 'read_file', args: { path: '/home/me/pröject x/src/ä b.ts' } }]);
    expect(final.text).toContain('2 lines');
    expect(final.text).toContain('const a = 1;\nexport {};');
    expect(final.text).toMatch(ending);
    expect(final.calls).toEqual([]);
  });

  it('lists, runs and edits', async () => {
    const list = await play('list', [{ output: 'a.txt\nsrc/\n', exit_code: 0 }]);
    expect(list.calls[0]).toEqual({ name: 'execute', args: { command: 'ls -p' } });
    expect(list.final.text).toContain('2 entries');

    const run = await play('run npm test -- --x="a: b"', [
      { output: '1 failing', exit_code: 3, success: false },
    ]);
    expect(run.calls[0]).toMatchObject({ name: 'execute', args: { command: 'npm test -- --x="a: b"' } });
    expect(run.final.text).toContain('exit code 3');
    expect(run.final.text).toContain('1 failing');

    const edit = await play('edit src/a.ts: const a = 1 → const a = 2', [{ ok: true }]);
    expect(edit.calls[0]).toEqual({
      name: 'edit_files',
      args: {
        files: [
          {
            path: '/home/me/pröject x/src/a.ts',
            edits: [{ search: 'const a = 1', replace: 'const a = 2' }],
          },
        ],
      },
    });
    expect(edit.final.text).toMatch(ending);
  });

  it('says why a tool refused', async () => {
    const { final } = await play('read nothing.txt', [{ error: 'The file does not exist.' }], true);
    expect(final.text).toContain('The file does not exist.');
    expect(final.text).toMatch(ending);
  });

  it('a denial ends its own sentence before the next one begins', async () => {
    const denied = { error: 'The person denied this call: not now, please', denied: true };
    const look = await play('hello', [denied], true);
    expect(look.final.text).toContain('not now, please. I read nothing. You said');
    const run = await play('run rm x', [denied], true);
    expect(run.final.text).toContain('not now, please.\n\nDemo model.');
    const whole = await play('run rm x', [{ error: 'The person denied this call.' }], true);
    expect(whole.final.text).toContain('denied this call.\n');
  });

  it.each([
    'help',
    'Help!',
    '?',
    'What can you do?',
    'so, what can I ask you',
    'which commands are there?',
  ])('lists its commands: %s', async (words) => {
    const { text, calls } = await hear(request([said(words)]));
    expect(calls).toEqual([]);
    for (const command of ['list', 'read <path>', 'run <command>', 'edit <path>: a → b', 'ask']) {
      expect(text).toContain(`\`${command}\``);
    }
    expect(text).toMatch(ending);
  });

  it.each(['help me with the parser', 'What can this parser do?'])('looks around at: %s', async (words) => {
    expect((await hear(request([said(words)]))).calls).toHaveLength(1);
  });

  it('counts the lines before only where it has seen them', async () => {
    const output = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
    const whole = await play('run x', [{ output, exit_code: 0 }]);
    expect(whole.final.text).toContain('(10 lines before)');
    const truncated = { original_bytes: 900_000, retained_bytes: 300, omitted_bytes: 899_700 };
    const cut = await play('run x', [{ output, exit_code: 0, truncated }]);
    expect(cut.final.text).not.toContain('lines before');
    expect(cut.final.text).toContain('(the last 20 lines)');
  });

  it('asks a question', async () => {
    const { text } = await hear(request([said('ask')]));
    expect(text).toContain('?');
    expect(text).toMatch(ending);
  });

  it('summarises without a call what was asked for, and leaves out the request to do so', async () => {
    const asked = {
      ...request([said('fix the parser'), said('Write a note.')]),
      toolChoice: 'none' as const,
    };
    const { text, calls } = await hear(asked);
    expect(text).toContain('- fix the parser');
    expect(text).not.toContain('Write a note');
    expect(calls).toEqual([]);
  });

  it('looks around for anything else: the folder, the README, three sentences', async () => {
    const { calls, final } = await play('What is this?', [
      { output: 'LICENSE\nREADME.md\nsrc/\n', exit_code: 0 },
      { content: '1\t# Widget\n2\t\n3\tText.', total_lines: 3 },
    ]);
    expect(calls.map(({ name }) => name)).toEqual(['execute', 'read_file']);
    expect(calls[1]?.args).toEqual({ path: '/home/me/pröject x/README.md' });
    expect(final.text).toBe(
      'The folder has 3 entries: LICENSE, README.md, src/. I read README.md, which has 3 lines and begins with “Widget”. ' +
        'You said “What is this?”, and a real model would now go on from there; `help` lists what I can do.\n\nDemo model. Add a key in Settings.',
    );
  });

  it('reads the first source file when there is no README, and stops when there is none', async () => {
    const { calls } = await play('Hi', [
      { output: 'bin.dat\nmain.py\n', exit_code: 0 },
      { content: '1\tx', total_lines: 1 },
    ]);
    expect(calls[1]?.args).toEqual({ path: '/home/me/pröject x/main.py' });
    const { final } = await play('Hi', [{ output: '', exit_code: 0 }]);
    expect(final.text).toContain('The folder is empty');
    expect(final.text).toMatch(ending);
  });

  it('works without tools', async () => {
    const { text, calls } = await hear(request([said('read a.txt')], { tools: [] }));
    expect(calls).toEqual([]);
    expect(text).toMatch(ending);
  });

  it('fail 429 refuses the same prompt twice and then answers, each time again', async () => {
    const model = demoModel({ clock: instant });
    for (let round = 0; round < 2; round += 1) {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(hear(request([said('fail 429')]), model)).rejects.toMatchObject({
          kind: 'rate_limit',
          retryable: true,
          statusCode: 429,
        });
      }
      expect((await hear(request([said('fail 429')]), model)).text).toMatch(ending);
    }
  });

  it('streams reasoning and text in pieces, the same every time', async () => {
    const first = await hear(request([said('ask')]));
    const second = await hear(request([said('ask')]));
    expect(first.events).toEqual(second.events);
    expect(first.events.filter((e) => e.type === 'text').length).toBeGreaterThan(3);
    expect(first.reasoning).not.toBe('');
    expect(first.events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  it('stops with the reason when it is aborted', async () => {
    const stop = new AbortController();
    const events = demoModel({ clock: systemClock, deltaMs: 60_000 }).stream(
      request([said('ask')]),
      stop.signal,
    );
    const next = events[Symbol.asyncIterator]().next();
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
  });
});
