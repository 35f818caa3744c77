import { asId, type MessageId, type ModelConfigId } from '@shared/model/ids.ts';
import { describe, expect, it } from 'vitest';
import { noUsage } from '../../models/no-usage.ts';
import type { StepView, StoredMessage } from '../machine/types.ts';
import { contextTokens, contextUse, isCompactable, roomLeft, thresholdOf } from './context-use.ts';
import { history } from './test-rows.ts';

const model = asId<ModelConfigId>('m');
const usage = (tokens: number) => ({ ...noUsage, input_tokens: tokens });

function view(more: {
  answer?: Partial<StoredMessage>;
  boundary?: { answers: number; cleared?: boolean };
  held?: boolean;
}) {
  const answer = { role: 'assistant' as const, usage: usage(700), model_config_id: model, ...more.answer };
  const chat = { modelConfigId: model, compactionHeld: more.held ?? false } as StepView['chat'];
  const boundary = more.boundary
    ? { messageId: asId<MessageId>(1), cleared: false, ...more.boundary }
    : null;
  return { tail: history(answer, { role: 'tool' }), boundary, chat };
}
const window = (contextLimit: number | null, compressionThreshold = 70) => ({
  contextLimit,
  compressionThreshold,
});

describe('how full the window is', () => {
  it('counts input and both kinds of cached tokens, else the total, else nothing', () => {
    const parts = { ...noUsage, input_tokens: 1, cache_read_tokens: 2, cache_creation_tokens: 4 };
    expect(contextTokens({ ...parts, total_tokens: 99 })).toBe(7);
    expect(contextTokens({ ...noUsage, total_tokens: 99 })).toBe(99);
    expect(contextTokens({ ...noUsage, input_tokens: 0, total_tokens: 99 })).toBe(99);
    expect(contextTokens(noUsage)).toBeNull();
    expect(contextTokens(null)).toBeNull();
  });

  it('takes the limit that the provider named before the configured one, but not that of another model', () => {
    const named = { context_limit: 2_000 };
    expect(contextUse(view({ answer: named }), window(1_000))).toMatchObject({ limit: 2_000, percent: 35 });
    expect(contextUse(view({}), window(1_000))).toMatchObject({ limit: 1_000, percent: 70 });
    const others = { context_limit: 2_000, model_config_id: asId<ModelConfigId>('other') };
    expect(contextUse(view({ answer: others }), window(1_000))?.limit).toBe(1_000);
    expect(contextUse(view({}), window(null))).toBeNull();
  });

  it('#79 #81 needs a summary from the threshold on', () => {
    expect(roomLeft(view({}), window(1_000))).toBe('compact');
    expect(roomLeft(view({ answer: { usage: usage(699) } }), window(1_000))).toBe('enough');
    expect(roomLeft(view({ answer: { usage: null } }), window(1_000))).toBe('enough');
    expect(roomLeft(view({}), window(null))).toBe('enough');
  });

  it('#88 100 percent is never', () => {
    expect(roomLeft(view({ answer: { usage: usage(5_000) } }), window(1_000, 100))).toBe('enough');
  });

  it('#89 a threshold that is out of range is 70', () => {
    expect([-1, 101, 0, 55, 100].map(thresholdOf)).toEqual([70, 70, 0, 55, 100]);
    expect(roomLeft(view({}), window(1_000, 400))).toBe('compact');
  });

  it('#92 says so when the first answer after a summary is still over; after a clearing it may summarise', () => {
    expect(roomLeft(view({ boundary: { answers: 1 } }), window(1_000))).toBe('still-over');
    expect(roomLeft(view({ boundary: { answers: 1, cleared: true } }), window(1_000))).toBe('compact');
    expect(roomLeft(view({ boundary: { answers: 2 } }), window(1_000))).toBe('compact');
  });

  it('does not judge by an answer from before the summary, nor after the person took one back', () => {
    expect(roomLeft(view({ boundary: { answers: 0 } }), window(1_000))).toBe('enough');
    expect(roomLeft(view({ held: true }), window(1_000))).toBe('enough');
  });

  it('summarises below the threshold when what came since the answer would not fit', () => {
    const output = (bytes: number) => ({
      role: 'tool' as const,
      content: [
        { type: 'tool-result' as const, tool_call_id: 'c', tool_name: 'x', result: 'y'.repeat(bytes) },
      ],
    });
    const small = { role: 'assistant' as const, usage: usage(500), model_config_id: model };
    const of = (bytes: number) => ({ ...view({}), tail: history(small, output(bytes)) });
    expect(roomLeft(of(1_000), window(1_000))).toBe('enough');
    expect(roomLeft(of(2_000), window(1_000))).toBe('compact');
    expect(roomLeft(of(2_000), window(1_000, 100))).toBe('enough');
    const firstAfter = {
      ...of(2_000),
      boundary: { messageId: asId<MessageId>(1), answers: 1, cleared: false },
    };
    expect(roomLeft(firstAfter, window(1_000))).toBe('compact');
  });

  it('does not take the bytes of a picture for tokens', () => {
    const picture = {
      role: 'user' as const,
      content: [{ type: 'file' as const, media_type: 'image/png', data: 'A'.repeat(1_000_000) }],
    };
    const small = { role: 'assistant' as const, usage: usage(500), model_config_id: model };
    const tail = history(small, picture);
    expect(roomLeft({ ...view({}), tail }, window(10_000))).toBe('enough');
  });

  it('has something to summarise once there is an answer after the boundary', () => {
    expect(isCompactable(view({}))).toBe(true);
    expect(isCompactable(view({ boundary: { answers: 0 } }))).toBe(false);
    expect(isCompactable({ tail: history({ role: 'user' }), boundary: null })).toBe(false);
  });
});
