import { asId } from '@shared/model/ids.ts';
import type { Message, Role } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import { partialArgs } from './live-args.ts';
import { timelineRows } from './rows.ts';
import { endsUnanswered, tailKind } from './tail-kind.ts';
import { exploredWords } from './tool-row.tsx';
import { editDiffs, opensByItself, type ToolFacts, toolView } from './tool-view.ts';

let at = 0;
function message(id: number, role: Role, content: readonly Part[], change: Partial<Message> = {}): Message {
  at += 1000;
  return {
    id: asId(id),
    chat_id: asId('c'),
    role,
    content,
    created_at: new Date(at).toISOString(),
    model_config_id: null,
    usage: null,
    context_limit: null,
    runtime_ms: null,
    revision: 1,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
    ...change,
  };
}

const text = (t: string): Part => ({ type: 'text', text: t });
const call = (id: string, tool: string, args: unknown = {}): Part => ({
  type: 'tool-call',
  tool_call_id: id,
  tool_name: tool,
  args,
});
const result = (id: string, tool: string, value: unknown, is_error = false): Part => ({
  type: 'tool-result',
  tool_call_id: id,
  tool_name: tool,
  result: value,
  is_error,
});

describe('timeline rows', () => {
  it('has a row for each thing said and done, and a key for each row', () => {
    const rows = timelineRows(
      [
        message(1, 'user', [text('do it')]),
        message(2, 'assistant', [{ type: 'reasoning', text: 'hm' }, text('I will'), call('a', 'execute')]),
        message(3, 'tool', [result('a', 'execute', { exit_code: 0 })]),
        message(4, 'assistant', [text('done')], { interrupted: true }),
      ],
      [],
    );
    expect(rows.map((r) => r.kind)).toEqual(['user', 'thought', 'agent', 'tool', 'agent', 'interrupted']);
    expect(new Set(rows.map((r) => r.key)).size).toBe(rows.length);
  });

  it('gives a repeated id the result of its own step', () => {
    const rows = timelineRows(
      [
        message(1, 'assistant', [call('call_0', 'execute', { command: 'one' })]),
        message(2, 'tool', [result('call_0', 'execute', 'first')]),
        message(3, 'assistant', [call('call_0', 'execute', { command: 'two' })]),
        message(4, 'tool', [result('call_0', 'execute', 'second')]),
      ],
      [],
    );
    expect(rows.map((r) => (r.kind === 'tool' ? r.item.result?.result : null))).toEqual([
      'first',
      'second',
    ]);
  });

  it('gives two calls of one id in one step a result each', () => {
    const rows = timelineRows(
      [
        message(1, 'assistant', [call('x', 'execute'), call('x', 'execute')]),
        message(2, 'tool', [result('x', 'execute', 1), result('x', 'execute', 2)]),
      ],
      [],
    );
    expect(rows.map((r) => (r.kind === 'tool' ? r.item.result?.result : null))).toEqual([1, 2]);
  });

  it('folds consecutive reads over steps, but not a failed or a running one', () => {
    const read = (id: string) => call(id, 'read_file', { path: `/${id}` });
    const rows = timelineRows(
      [
        message(1, 'assistant', [read('a'), read('b')]),
        message(2, 'tool', [result('a', 'read_file', {}), result('b', 'read_file', {})]),
        message(3, 'assistant', [read('c'), read('d'), read('e')]),
        message(4, 'tool', [result('c', 'read_file', {}), result('d', 'read_file', {}, true)]),
      ],
      [],
    );
    expect(rows.map((r) => (r.kind === 'explored' ? r.items.length : r.kind))).toEqual([3, 'tool', 'tool']);
  });

  it('says what a run of reads and searches looked at, each file once', () => {
    const items = (tools: readonly (readonly [string, string])[]) =>
      timelineRows(
        [
          message(
            1,
            'assistant',
            tools.map(([tool, path], i) => call(`${i}`, tool, { path })),
          ),
          message(
            2,
            'tool',
            tools.map(([tool], i) => result(`${i}`, tool, {})),
          ),
        ],
        [],
      ).flatMap((row) => (row.kind === 'explored' ? [exploredWords(row.items)] : []));
    const read = (path: string) => ['read_file', path] as const;
    expect(items([read('a'), read('b'), read('a')])).toEqual(['Explored 2 files']);
    expect(items([read('a'), ['search_history', '']])).toEqual(['Explored 1 file, 1 search']);
  });

  describe('marks between the rows', () => {
    const hour = 60 * 60 * 1000;
    // Noon: no time zone makes another day of an hour before or after it.
    const noon = new Date(2026, 2, 3, 12).getTime();
    const said = (id: number, role: Role, atMs: number) =>
      message(id, role, [text('x')], { created_at: new Date(atMs).toISOString() });
    const marks = { isWhole: true, isTail: true, readTo: null, forkedAt: null };
    const kinds = (...args: Parameters<typeof timelineRows>) => timelineRows(...args).map((r) => r.kind);

    it('tells a long pause from another day; a chat of one day needs no name of it', () => {
      const pause = [said(1, 'user', noon), said(2, 'user', noon + 2 * hour)];
      expect(kinds(pause, [])).toEqual(['user', 'time', 'user']);
      const night = [said(1, 'user', noon), said(2, 'user', noon + 24 * hour)];
      expect(kinds(night, [])).toEqual(['day', 'user', 'day', 'user']);
      expect(kinds(night, [], { ...marks, isWhole: false })).toEqual(['user', 'day', 'user']);
    });

    it('shows once where the unread rows begin, and only where the last read one is held', () => {
      const rows = [said(1, 'user', noon), said(2, 'assistant', noon), said(3, 'user', noon)];
      const more = [...rows, said(4, 'assistant', noon), said(5, 'assistant', noon)];
      expect(kinds(more, [], { ...marks, readTo: 2 })).toEqual([
        'user',
        'agent',
        'user',
        'new',
        'agent',
        'agent',
      ]);
      expect(kinds(more, [], { ...marks, readTo: 0 })).toEqual([
        'user',
        'new',
        'agent',
        'user',
        'agent',
        'agent',
      ]);
      expect(kinds(more, [], { ...marks, readTo: 0, isWhole: false })).not.toContain('new');
      expect(kinds(more, [], { ...marks, readTo: 5 })).not.toContain('new');
    });

    it('shows where a fork goes on by itself, also before it has', () => {
      const forkedAt = new Date(noon).toISOString();
      const copies = [said(1, 'user', noon - hour / 2), said(2, 'assistant', noon)];
      expect(kinds(copies, [], { ...marks, forkedAt })).toEqual(['user', 'agent', 'forked']);
      const own = [...copies, said(3, 'user', noon + 1)];
      expect(kinds(own, [], { ...marks, forkedAt })).toEqual(['user', 'agent', 'forked', 'user']);
      expect(kinds(copies, [], { ...marks, forkedAt, isTail: false })).toEqual(['user', 'agent']);
    });
  });
});

describe('what a tool row says', () => {
  const facts = (
    tool: string,
    args: unknown,
    value?: unknown,
    change: Partial<ToolFacts> = {},
  ): ToolFacts => ({
    tool,
    args,
    result:
      value === undefined
        ? null
        : { type: 'tool-result', tool_call_id: 't', tool_name: tool, result: value, duration_ms: 4210 },
    log: '',
    ledger: null,
    writing: false,
    busy: true,
    ...change,
  });

  it('a failed command stands open with its exit code', () => {
    const view = toolView(
      facts('execute', { command: 'npm test' }, { success: false, exit_code: 1, output: 'x' }),
    );
    expect(view).toMatchObject({
      verb: 'Ran',
      object: 'npm test',
      exitCode: 1,
      phase: 'failed',
      durationMs: 4210,
    });
    expect(opensByItself(view)).toBe(true);
  });

  it('a command that went well stays closed', () => {
    expect(
      opensByItself(toolView(facts('execute', { command: 'ls' }, { success: true, exit_code: 0 }))),
    ).toBe(false);
  });

  it('an edit counts its lines and stands open', () => {
    const args = { files: [{ path: 'a.ts', edits: [{ search: 'one\ntwo', replace: 'one\n2\n3' }] }] };
    const view = toolView(facts('edit_files', args, { ok: true }));
    expect(view).toMatchObject({ verb: 'Edited', object: 'a.ts', diff: { added: 2, removed: 1 } });
    expect(opensByItself(view)).toBe(true);
  });

  it('a read names the lines that were asked for', () => {
    const object = (range: object) => toolView(facts('read_file', { path: 'a.ts', ...range }, {})).object;
    expect(object({})).toBe('a.ts');
    expect(object({ offset: 20 })).toBe('a.ts:20');
    expect(object({ offset: 20, limit: 21 })).toBe('a.ts:20–40');
    expect(object({ limit: 50 })).toBe('a.ts:1–50');
    expect(object({ offset: null, limit: null })).toBe('a.ts');
  });

  it('prefers the diff that the tool reports', () => {
    const value = { ok: true, files: [{ path: 'a.ts', diff: '@@ -5,1 +5,1 @@\n-a\n+b\n' }] };
    expect(editDiffs(facts('edit_files', {}, value))[0]?.rows[0]).toMatchObject({ kind: 'del', old: 5 });
  });

  it('says what happens before there is a result', () => {
    const ledger = { key: 'k', message_id: 1, index: 0, tool_call_id: 't', tool: 'execute' };
    const phase = (state: string) =>
      toolView(facts('execute', {}, undefined, { ledger: { ...ledger, state } as never })).phase;
    expect(['gated', 'cleared', 'dispatched', 'cancelled'].map(phase)).toEqual([
      'gated',
      'queued',
      'running',
      'stopped',
    ]);
    expect(toolView(facts('execute', {}, undefined, { busy: false })).phase).toBe('stopped');
  });

  it('tells a call that never ran from one that failed', () => {
    const said = { type: 'tool-result', tool_call_id: 't', tool_name: 'execute', is_error: true } as const;
    const phase = (result: unknown) =>
      toolView(facts('execute', { command: 'x' }, undefined, { result: { ...said, result } })).phase;
    expect(phase('The person denied this call: not here')).toBe('not-run');
    expect(phase({ error: 'no such directory' })).toBe('failed');
  });

  it('a command that the person stopped has not failed, and shows what it had said', () => {
    const stopped = { success: false, output: 'a', exit_code: -1, stopped: true, error: 'any words' };
    const view = toolView(facts('execute', { command: 'x' }, stopped));
    expect(view.phase).toBe('stopped');
    expect(opensByItself(view)).toBe(true);
    const failed = { ...stopped, stopped: false, error: 'command timed out after 10s' };
    expect(toolView(facts('execute', { command: 'x' }, failed)).phase).toBe('failed');
  });

  it('a command that goes on in the background has no exit code yet, whether it was sent there or took too long', () => {
    const left = { success: true, output: '', background_process_id: 'p1' };
    const view = toolView(facts('execute', { command: 'serve' }, left));
    expect(view).toMatchObject({ phase: 'done', background: true, exitCode: null });
    const late = { ...left, success: false, exit_code: -1, error: 'command timed out after 10s' };
    expect(toolView(facts('execute', { command: 'x' }, late))).toMatchObject({
      background: true,
      exitCode: null,
    });
    const stopped = { ...late, stopped: true };
    expect(toolView(facts('execute', { command: 'x' }, stopped)).background).toBe(false);
  });

  it('never claims to know an unknown outcome', () => {
    expect(toolView(facts('execute', { command: 'x' }, { outcome: 'unknown' })).phase).toBe('unknown');
  });

  it('takes arguments of any shape', () => {
    for (const args of [
      null,
      3,
      'x',
      [],
      { files: 'no' },
      { files: [null, { edits: [1] }] },
      { path: {} },
    ]) {
      for (const tool of [
        'execute',
        'read_file',
        'write_file',
        'edit_files',
        'process_list',
        'never_heard_of',
      ]) {
        expect(toolView(facts(tool, args, args)).verb).not.toBe('');
      }
    }
  });

  it('reads the short strings of arguments that are being written', () => {
    expect(partialArgs('{"command":"npm \\"t')).toEqual({ command: 'npm "t' });
    expect(partialArgs('{"content":"…", "path": "a\\/b.ts"}')).toEqual({ path: 'a/b.ts' });
  });
});

describe('the end of the timeline', () => {
  const rest = {
    lost: false,
    status: 'running' as const,
    pending: false,
    retry: null,
    error: null,
    idle: true,
    link: null,
    brokenOff: false,
  };
  const error = { message: 'x', kind: 'generic' as const, retryable: true };

  it('#346 a lost feed comes before an error', () => {
    expect(tailKind({ ...rest, status: 'error', error })).toBe('error');
    expect(tailKind({ ...rest, status: 'error', error, lost: true })).toBe('lost');
  });

  it('says that it works only while nothing streams', () => {
    expect(tailKind(rest)).toBe('working');
    expect(tailKind({ ...rest, idle: false })).toBe('none');
    expect(tailKind({ ...rest, pending: true })).toBe('pending');
    expect(tailKind({ ...rest, status: 'interrupting' })).toBe('stopping');
    expect(tailKind({ ...rest, status: 'waiting' })).toBe('none');
  });

  it('says at rest that the turn was stopped, when no row does', () => {
    const user = message(1, 'user', [text('do it')]);
    const asks = message(2, 'assistant', [call('a', 'execute')]);
    const answer = message(3, 'tool', [result('a', 'execute', { success: false }, true)]);
    expect(endsUnanswered([user])).toBe(true);
    expect(endsUnanswered([user, asks, answer])).toBe(true);
    expect(endsUnanswered([user, { ...asks, interrupted: true }, answer])).toBe(false);
    expect(endsUnanswered([user, message(4, 'assistant', [text('done')])])).toBe(false);
    expect(endsUnanswered([])).toBe(false);
    expect(tailKind({ ...rest, status: 'waiting', brokenOff: true })).toBe('stopped');
    expect(tailKind({ ...rest, brokenOff: true })).toBe('working');
    expect(tailKind({ ...rest, status: 'error', error, brokenOff: true })).toBe('error');
  });

  it('says while a turn runs that it waits for its machine; at rest only what needs a person', () => {
    const down = { state: 'down', message: 'x', final: false, retryAt: null } as const;
    expect(tailKind({ ...rest, link: down })).toBe('link');
    expect(tailKind({ ...rest, link: down, idle: false })).toBe('link');
    expect(tailKind({ ...rest, link: { state: 'connecting', attempt: 1 } })).toBe('link');
    expect(tailKind({ ...rest, link: { state: 'up' } })).toBe('working');
    expect(tailKind({ ...rest, link: { state: 'idle' } })).toBe('working');
    expect(tailKind({ ...rest, link: down, status: 'waiting' })).toBe('none');
    expect(tailKind({ ...rest, link: down, status: 'interrupting' })).toBe('stopping');
    expect(tailKind({ ...rest, link: { ...down, final: true }, status: 'waiting' })).toBe('link');
  });
});
