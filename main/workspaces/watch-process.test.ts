import type { SpoolChunk } from '@shared/agent-protocol/index.ts';
import type { ProcessOutputEvent } from '@shared/contract/workspaces.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AgentClient, AgentError, LinkDown } from '../agent-client/client.ts';
import { splitText, watchProcess } from './watch-process.ts';

/** Serves a finished spool in chunks of `size`; the bytes before `kept` are gone. */
function spoolOf(bytes: Buffer, size: number, kept = 0): AgentClient['spool'] {
  return async (_id, after): Promise<SpoolChunk> => {
    const start = Math.max(after < 0 ? bytes.length + after : after, kept);
    const data = bytes.subarray(start, start + size);
    return {
      data: data.toString('base64'),
      start,
      next: start + data.length,
      running: false,
      exit_code: 3,
    };
  };
}

async function collect(spool: AgentClient['spool'], after = 0): Promise<ProcessOutputEvent[]> {
  const events: ProcessOutputEvent[] = [];
  const client = { spool } as Partial<AgentClient> as AgentClient;
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const watched = { connect: async () => client, clock, chatId: 'chat', processId: 'p', after };
  for await (const event of watchProcess(watched, new AbortController().signal)) events.push(event);
  return events;
}

const textOf = (events: readonly ProcessOutputEvent[]) =>
  events.map((event) => (event.type === 'output' ? event.text : '')).join('');

test('any cut of any text reads as that text, and every cursor goes on where it says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      async (text, size) => {
        const whole = Buffer.from(text).toString('utf8');
        const bytes = Buffer.from(whole);
        const events = await collect(spoolOf(bytes, size));
        expect(textOf(events)).toBe(whole);
        expect(events.at(-1)).toEqual({ type: 'exit', exitCode: 3 });
        for (const [index, event] of events.entries()) {
          if (event.type !== 'output') continue;
          expect(textOf(events.slice(0, index + 1))).toBe(bytes.toString('utf8', 0, event.next));
        }
      },
    ),
  );
});

test('what is missing at the end is told', async () => {
  const kept = spoolOf(Buffer.from('kept'), 9);
  const events = await collect(async (id, after, wait, call) => {
    const chunk = await kept(id, after, wait, call);
    return chunk.data === '' ? { ...chunk, start: 30, next: 30 } : chunk;
  });
  expect(events).toEqual([
    { type: 'output', text: 'kept', next: 4, skipped: 0 },
    { type: 'output', text: '', next: 30, skipped: 26 },
    { type: 'exit', exitCode: 3 },
  ]);
});

test('bytes that are no text do not stop the rest', async () => {
  const events = await collect(spoolOf(Buffer.from([0xff, 0xfe, 0x80, 0x41, 0xc3]), 2));
  expect(textOf(events)).toContain('A');
  expect(events.at(-1)?.type).toBe('exit');
});

test('what is no longer kept is counted', async () => {
  const events = await collect(spoolOf(Buffer.from('0123456789'), 100, 4));
  expect(events[0]).toEqual({ type: 'output', text: '456789', next: 10, skipped: 4 });
});

test('a negative cursor starts before the end', async () => {
  const events = await collect(spoolOf(Buffer.from('0123456789'), 100), -3);
  expect(events[0]).toEqual({ type: 'output', text: '789', next: 10, skipped: 0 });
});

test('an event is at most 64 KiB', async () => {
  const events = await collect(spoolOf(Buffer.from('é'.repeat(100_000)), 256 * 1024));
  expect(events.length).toBeGreaterThan(3);
  const sizes = events.map((event) => Buffer.byteLength(event.type === 'output' ? event.text : ''));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536);
  expect(textOf(events)).toBe('é'.repeat(100_000));
});

test('a broken link is waited out', async () => {
  const serve = spoolOf(Buffer.from('hello'), 100);
  let failures = 2;
  const events = await collect((...args) => {
    failures -= 1;
    return failures >= 0 ? Promise.reject(new LinkDown('cut')) : serve(...args);
  });
  expect(textOf(events)).toBe('hello');
});

test('a process that nobody knows ends the feed', async () => {
  const events = await collect(() => Promise.reject(new AgentError('unknown', 404, 'not-found')));
  expect(events).toEqual([{ type: 'exit', exitCode: null }]);
});

test('pieces never split a character', () => {
  const { texts, rest } = splitText(Buffer.from('aé').subarray(0, 2), false);
  expect(texts.map(String)).toEqual(['a']);
  expect(rest).toEqual(Buffer.from([0xc3]));
});
