import { asId, type ChatId } from '@shared/model/ids.ts';
import { describe, expect, it } from 'vitest';
import { lineLog, silentLog } from '../../base/log.ts';
import { PartBuffer } from './part-buffer.ts';

const chat = asId<ChatId>('chat');
const at = (history_version: number, generation_attempt = 1) => ({ history_version, generation_attempt });
const text = (value: string) => ({ type: 'text' as const, text: value });

describe('part buffer', () => {
  it('#18 gives a reader that came before the episode every part, numbered from 1', () => {
    const buffer = new PartBuffer(silentLog);
    const seen: string[] = [];
    buffer.watch(chat, at(1), (f) => seen.push(`${f.seq}:${f.part.type === 'text' ? f.part.text : ''}`));
    const episode = buffer.create(chat, at(1));
    episode.add('assistant', text('a'));
    episode.add('assistant', text('b'));
    expect(seen).toEqual(['1:a', '2:b']);
  });

  it('#15 replays to a late reader what is there, once, and then goes on', () => {
    const buffer = new PartBuffer(silentLog);
    const episode = buffer.create(chat, at(1));
    episode.add('assistant', text('a'));
    const seen: number[] = [];
    const stop = buffer.watch(chat, at(1), (f) => seen.push(f.seq));
    episode.add('assistant', text('b'));
    stop();
    episode.add('assistant', text('c'));
    expect(seen).toEqual([1, 2]);
  });

  it('#19 shows a reader of the next episode nothing of the one before', () => {
    const buffer = new PartBuffer(silentLog);
    const first = buffer.create(chat, at(1));
    first.add('assistant', text('old'));
    first.close();
    const seen: string[] = [];
    buffer.watch(chat, at(2), (f) => seen.push(f.part.type === 'text' ? f.part.text : ''));
    buffer.create(chat, at(2)).add('assistant', text('new'));
    expect(seen).toEqual(['new']);
  });

  it('takes nothing after the close, not even from a producer that comes late', () => {
    const buffer = new PartBuffer(silentLog);
    const episode = buffer.create(chat, at(1));
    episode.add('assistant', text('a'));
    expect(buffer.closeHistory(chat, 1)).toHaveLength(1);
    episode.add('assistant', text('late'));
    expect(buffer.closeHistory(chat, 1)).toHaveLength(1);
    expect(() => buffer.create(chat, at(1))).toThrow('exists already');
  });

  it('gives an interrupt the newest attempt, and nothing of one that failed', () => {
    const buffer = new PartBuffer(silentLog);
    const failed = buffer.create(chat, at(1, 1));
    failed.add('assistant', text('lost'));
    failed.discard();
    expect(buffer.closeHistory(chat, 1)).toEqual([]);
    buffer.create(chat, at(1, 2)).add('assistant', text('kept'));
    expect(buffer.closeHistory(chat, 1).map((f) => f.part)).toEqual([text('kept')]);
    expect(buffer.closeHistory(chat, 2)).toEqual([]);
  });

  it('ends where it is full: no hole, one line in the log', () => {
    const lines: string[] = [];
    const buffer = new PartBuffer(lineLog((line) => lines.push(line)));
    const episode = buffer.create(chat, at(1));
    for (let i = 0; i < 5; i += 1) episode.add('assistant', text('x'.repeat(300_000)));
    episode.add('assistant', text('short'));
    expect(buffer.closeHistory(chat, 1).map((f) => f.seq)).toEqual([1, 2, 3]);
    expect(lines).toHaveLength(1);
  });

  it('counts a result that is still being made', () => {
    const buffer = new PartBuffer(silentLog);
    const episode = buffer.create(chat, at(1));
    const call = { type: 'tool-result' as const, tool_call_id: 't', tool_name: 'chat_summarized' };
    for (let i = 0; i < 5; i += 1) episode.add('tool', { ...call, result_delta: 'x'.repeat(300_000) });
    expect(buffer.closeHistory(chat, 1)).toHaveLength(3);
  });

  it('keeps nothing of a chat whose runner has left and whom nobody watches', () => {
    const buffer = new PartBuffer(silentLog);
    const stop = buffer.watch(chat, at(1), () => undefined);
    for (const attempt of [1, 2, 3]) {
      const episode = buffer.create(chat, at(1, attempt));
      episode.add('assistant', text('a'));
      episode.close();
    }
    expect(buffer.size).toBe(1);
    const waiting = buffer.watch(chat, at(2), () => undefined);
    stop();
    waiting();
    buffer.release(chat);
    expect(buffer.size).toBe(0);
  });
});
