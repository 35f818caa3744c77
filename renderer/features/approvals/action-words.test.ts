import type { ActionRequest, PendingAction } from '@shared/model/chat.ts';
import { asId, type MessageId } from '@shared/model/ids.ts';
import { expect, it } from 'vitest';
import { actionWords } from './action-words.ts';

const words = (request: ActionRequest) =>
  actionWords({ id: asId('a'), created_at: '', ...request } as PendingAction);

it('a loop names the call that was made again and again', () => {
  const loop = {
    kind: 'loop',
    tool: 'read_file',
    subject: 'src/x.ts',
    times: 3,
    message_id: asId<MessageId>(1),
  } as const;
  expect(words(loop)).toEqual({
    kind: 'Loop',
    sentence: 'made the same call 3 times in a row, with the same result',
    subject: 'read_file src/x.ts',
  });
  expect(words({ ...loop, subject: '' }).subject).toBe('read_file');
});

it('a budget says what is spent, of how much, and what comes next', () => {
  const budget = { kind: 'budget', cap_micros: 5_000_000, spent_micros: 4_930_000 } as const;
  expect(words({ ...budget, estimate_micros: 120_000 }).sentence).toBe(
    'reached the budget of $5.00: $4.93 are spent. The next step needs about $0.12.',
  );
  const chat = { ...budget, scope: 'chat', estimate_micros: 1 } as const;
  expect(words(chat).sentence).toMatch(/^reached its budget of \$5\.00: /);
  expect(words({ ...chat, scope: 'day' }).sentence).toMatch(/^reached the budget of \$5\.00 for today: /);
  expect(words({ ...budget, estimate_micros: 4_200 }).sentence).toContain('about $0.0042.');
  expect(words({ ...budget, estimate_micros: null }).sentence).toContain('no price');
});
