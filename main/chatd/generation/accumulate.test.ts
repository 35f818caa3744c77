import { describe, expect, it } from 'vitest';
import type { ModelEvent } from '../../models/port.ts';
import { Accumulator, parseArgs, reasoningTitle } from './accumulate.ts';

function run(events: readonly ModelEvent[]) {
  let now = 0;
  const accumulator = new Accumulator(() => (now += 10));
  return { live: events.map((e) => accumulator.take(e)), parts: accumulator.parts() };
}

describe('accumulate', () => {
  it('publishes each delta and keeps blocks in the order in which they opened', () => {
    const { live, parts } = run([
      { type: 'reasoning', block: 0, delta: '**Plan**\nlook' },
      { type: 'text', block: 1, delta: 'Hel' },
      { type: 'text', block: 1, delta: 'lo' },
      { type: 'tool-start', block: 2, id: 'c1', name: 'read_file' },
      { type: 'tool-args', block: 2, delta: '{"path"' },
      { type: 'tool-end', block: 2, args: '{"path":"a"}' },
    ]);
    expect(live.map((p) => p?.type)).toEqual([
      'reasoning',
      'text',
      'text',
      'tool-call',
      'tool-call',
      'tool-call',
    ]);
    expect(parts.map((p) => p.type)).toEqual(['reasoning', 'text', 'tool-call']);
    expect(parts[0]).toMatchObject({ title: 'Plan' });
    expect(parts[1]).toEqual({ type: 'text', text: 'Hello' });
    expect(parts[2]).toMatchObject({ tool_call_id: 'c1', args: { path: 'a' } });
  });

  it('gives calls of one answer different ids when the server repeats or omits them', () => {
    const { parts } = run([
      { type: 'tool-start', block: 0, id: 'call_0', name: 'a' },
      { type: 'tool-start', block: 1, id: 'call_0', name: 'b' },
      { type: 'tool-start', block: 2, id: '', name: 'c' },
    ]);
    const ids = parts.map((p) => (p.type === 'tool-call' ? p.tool_call_id : ''));
    expect(new Set(ids).size).toBe(3);
  });

  it('keeps arguments that are not a JSON object as text, so that the model can be told', () => {
    expect(parseArgs('')).toEqual({ args: {}, invalid: null });
    expect(parseArgs('{"a":1}')).toEqual({ args: { a: 1 }, invalid: null });
    expect(parseArgs('{"a":')).toEqual({ args: {}, invalid: '{"a":' });
    expect(parseArgs('[1]')).toEqual({ args: {}, invalid: '[1]' });
  });

  it('keeps a redacted reasoning block: its metadata must go back to the provider', () => {
    const { parts } = run([{ type: 'reasoning-meta', block: 0, metadata: { data: 'x' } }]);
    expect(parts[0]).toMatchObject({ type: 'reasoning', text: '', provider_metadata: { data: 'x' } });
  });

  it('reads a title from a bold or heading first line only', () => {
    expect(reasoningTitle('**Looking around**\n\nfirst')).toBe('Looking around');
    expect(reasoningTitle('## Next\nx')).toBe('Next');
    expect(reasoningTitle('Just **bold** words')).toBeNull();
  });
});
