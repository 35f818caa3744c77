import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { asId, type QueuedId, type RunnerId, type ToolKey, type WorkerId } from '@shared/model/ids.ts';
import { err, ok } from '@shared/util/result.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Arranged,
  arrange,
  brokenInvariants,
  loadAll,
  loadState,
  type Machine,
  openMachine,
} from './test-machine.ts';
import type { ExecState, Outcome } from './types.ts';

const STATES: readonly ExecState[] = [
  'N',
  'W',
  'E0',
  'E1',
  'R0',
  'R1',
  'I0',
  'I1',
  'A0',
  'A1',
  'XW',
  'XE0',
  'XE1',
  'Invalid',
];

interface Row {
  readonly name: string;
  /** From which state to which; from any other it is refused. */
  readonly to: Partial<Record<ExecState, ExecState>>;
  readonly how?: Parameters<typeof arrange>[2];
  readonly run: (m: Machine, chat: Arranged) => Promise<Outcome<unknown>>;
}

const content = [{ type: 'text' as const, text: 'words' }];
const fault = { message: 'broke', kind: 'generic' as const, retryable: false };
const retry = {
  attempt: 1,
  delay_ms: 1,
  error: 'x',
  retrying_at: '2026-01-01T00:00:00Z',
  kind: 'timeout' as const,
};

function send(busy: 'queue' | 'interrupt'): Row['run'] {
  return (m, { chatId, ownerId }) =>
    m.store.call('sendMessage', {
      chatId,
      ownerId,
      content,
      busy,
      modelConfigId: null,
      effort: undefined,
      sendKey: randomUUID(),
    });
}

function byQueued(name: 'deleteQueued' | 'promoteQueued'): Row['run'] {
  return (m, { chatId, ownerId, queuedIds }) =>
    m.store.call(name, { chatId, ownerId, queuedId: asId<QueuedId>(queuedIds[0] ?? 0) });
}

const R_STAYS = { R0: 'R0', R1: 'R1' } as const;
const A_TO_R = { A0: 'R0', A1: 'R1' } as const;
/** Of no state in particular. */
const STAYS = Object.fromEntries(STATES.flatMap((state) => (state === 'N' ? [] : [[state, state]])));
const BUDGET = { kind: 'budget', cap_micros: 1, spent_micros: 1, estimate_micros: 1 } as const;

function answer(decision: 'continue' | 'stop'): Row['run'] {
  return (m, { chatId, ownerId, actionId }) =>
    m.store.call('answerAction', { chatId, ownerId, actionId, answer: { decision } });
}

const QUEUED_STAYS = { E1: 'E1', R1: 'R1', I1: 'I1', A1: 'A1' } as const;

const MATRIX: readonly Row[] = [
  {
    name: 'sendMessage, queue',
    to: { W: 'R0', E0: 'R0', E1: 'R1', R0: 'R1', R1: 'R1', I0: 'I1', I1: 'I1', A0: 'A1', A1: 'A1' },
    run: send('queue'),
  },
  {
    name: 'sendMessage, interrupt',
    to: { W: 'R0', E0: 'R0', E1: 'R1', R0: 'I1', R1: 'I1', I0: 'I1', I1: 'I1', A0: 'R0', A1: 'R1' },
    how: { call: 'gated' },
    run: send('interrupt'),
  },
  {
    name: 'editMessage',
    to: { W: 'R0', E0: 'R0', E1: 'R0', R0: 'R0', R1: 'R0', I0: 'R0', I1: 'R0', A0: 'R0', A1: 'R0' },
    run: (m, { chatId, ownerId, userMessageId }) =>
      m.store.call('editMessage', { chatId, ownerId, messageId: userMessageId, content }),
  },
  { name: 'deleteQueued', to: { E1: 'E0', R1: 'R0', I1: 'I0', A1: 'A0' }, run: byQueued('deleteQueued') },
  {
    name: 'editQueued',
    to: QUEUED_STAYS,
    run: (m, { chatId, ownerId, queuedIds }) =>
      m.store.call('editQueued', { chatId, ownerId, queuedId: asId<QueuedId>(queuedIds[0] ?? 0), content }),
  },
  {
    name: 'moveQueued',
    to: QUEUED_STAYS,
    run: (m, { chatId, ownerId, queuedIds }) =>
      m.store.call('moveQueued', { chatId, ownerId, queuedId: asId<QueuedId>(queuedIds[0] ?? 0), by: 1 }),
  },
  { name: 'promoteQueued', to: { E1: 'R0', A1: 'R0', R1: 'I1', I1: 'I1' }, run: byQueued('promoteQueued') },
  {
    name: 'pauseQueue',
    to: { R0: 'R0', R1: 'R1', I0: 'I0', I1: 'I1', A0: 'A0', A1: 'A1', E1: 'E1' },
    run: (m, { chatId, ownerId }) => m.store.call('pauseQueue', { chatId, ownerId, paused: true }),
  },
  {
    name: 'interrupt',
    to: { R0: 'I0', R1: 'I1', A0: 'W', A1: 'R0' },
    how: { call: 'gated' },
    run: (m, { chatId, ownerId }) => m.store.call('interrupt', { chatId, ownerId }),
  },
  {
    name: 'retryError',
    to: { E0: 'R0', E1: 'R1' },
    run: (m, { chatId, ownerId }) => m.store.call('retryError', { chatId, ownerId }),
  },
  {
    name: 'answerCall',
    to: { A0: 'R0', A1: 'R1', R0: 'R0', R1: 'R1' },
    how: { call: 'gated' },
    run: (m, { chatId, ownerId, key }) =>
      m.store.call('answerCall', {
        chatId,
        ownerId,
        key: asId<ToolKey>(key),
        hash: 'H',
        decision: 'allow',
        note: null,
      }),
  },
  {
    name: 'setArchived(true)',
    to: { W: 'XW', E0: 'XE0', E1: 'XE1' },
    run: (m, { chatId, ownerId }) => m.store.call('setArchived', { chatId, ownerId, archived: true }),
  },
  {
    name: 'setArchived(false)',
    to: { XW: 'W', XE0: 'E0', XE1: 'E1' },
    run: (m, { chatId, ownerId }) => m.store.call('setArchived', { chatId, ownerId, archived: false }),
  },
  {
    name: 'acquire',
    to: { R0: 'R0', R1: 'R1', I0: 'I0', I1: 'I1' },
    how: { owned: false },
    run: (m, { chatId }) =>
      m.store.call('acquire', {
        chatId,
        workerId: asId<WorkerId>(randomUUID()),
        runnerId: asId<RunnerId>(randomUUID()),
        leaseMs: 1_000,
        exclusive: true,
      }),
  },
  {
    name: 'recordAttempt',
    to: R_STAYS,
    run: (m, { fence }) =>
      m.store.call('recordAttempt', { ...fence, hold: { modelConfigId: m.modelId, estimateMicros: 5 } }),
  },
  {
    name: 'recordRetry',
    to: R_STAYS,
    how: { attempt: 1 },
    run: (m, { fence }) => m.store.call('recordRetry', { ...fence, retry }),
  },
  {
    name: 'commitStep',
    to: R_STAYS,
    run: (m, { fence }) =>
      m.store.call('commitStep', {
        ...fence,
        installationId: 'i',
        messages: [{ role: 'assistant', content }],
        calls: [],
        consumeCompaction: false,
      }),
  },
  {
    name: 'dispatchCalls',
    to: R_STAYS,
    how: { call: 'cleared' },
    run: (m, { fence, key }) => m.store.call('dispatchCalls', { ...fence, keys: [asId<ToolKey>(key)] }),
  },
  {
    name: 'commitResults',
    to: R_STAYS,
    how: { call: 'done' },
    run: (m, { fence }) => m.store.call('commitResults', fence),
  },
  {
    name: 'enterRequiresAction',
    to: { R0: 'A0', R1: 'A1' },
    how: { call: 'gated' },
    run: (m, { fence }) => m.store.call('enterRequiresAction', fence),
  },
  {
    name: 'finishTurn',
    to: { R0: 'W', R1: 'R0' },
    run: (m, { fence }) => m.store.call('finishTurn', fence),
  },
  {
    name: 'finishError',
    to: { W: 'E0', R0: 'E0', R1: 'E1' },
    run: (m, { fence }) => m.store.call('finishError', { ...fence, fault }),
  },
  {
    name: 'answerAction, continue',
    to: A_TO_R,
    how: { action: BUDGET },
    run: answer('continue'),
  },
  {
    name: 'answerAction, stop',
    to: { A0: 'W', A1: 'R0' },
    how: { action: BUDGET },
    run: answer('stop'),
  },
  {
    name: 'completeRequiresAction',
    to: A_TO_R,
    how: { call: 'gated', isDynamic: true },
    run: (m, { chatId, ownerId }) =>
      m.store.call('completeRequiresAction', {
        chatId,
        ownerId,
        results: [{ toolCallId: 'call_0', output: '{"ok":true}', isError: false }],
      }),
  },
  {
    name: 'cancelRequiresAction',
    to: A_TO_R,
    how: { call: 'gated', isDynamic: true },
    run: async (m, { chatId, fence }) => {
      await m.db.query(
        `update chats set requires_action_deadline_at = now() - interval '1 second'
         where id = $1 and status = 'requires_action' and not archived`,
        [chatId],
      );
      const cancelled = await m.store.call('cancelOverdueActions', {});
      const refusal = { kind: 'not-allowed', from: 'W', transition: fence.status } as const;
      return cancelled.includes(chatId) ? ok(null) : err(refusal);
    },
  },
  {
    name: 'interruptTree',
    to: { R0: 'I0', R1: 'I1', A0: 'W', A1: 'R0' },
    run: (m, { chatId, ownerId }) => m.store.call('interruptTree', { chatId, ownerId }),
  },
  {
    name: 'requestCompaction',
    to: { W: 'R0', E0: 'R0', E1: 'R1' },
    run: (m, { chatId, ownerId }) => m.store.call('requestCompaction', { chatId, ownerId }),
  },
  {
    name: 'clearContext',
    to: { W: 'W', E0: 'W' },
    run: (m, { chatId, ownerId }) => m.store.call('clearContext', { chatId, ownerId }),
  },
  {
    name: 'undoCompaction',
    to: { W: 'W', E0: 'W', E1: 'E1' },
    how: { isCompacted: true },
    run: (m, { chatId, ownerId }) => m.store.call('undoCompaction', { chatId, ownerId }),
  },
  {
    name: 'reconcileInvalidState',
    to: { Invalid: 'E0' },
    run: (m, { chatId, ownerId }) =>
      m.store.call('reconcileInvalidState', { chatId, ownerId, fault: null }),
  },
  {
    name: 'setModel',
    to: STAYS,
    run: (m, { chatId, ownerId }) =>
      m.store.call('setModel', { chatId, ownerId, modelConfigId: m.otherModelId, effort: 'high' }),
  },
  {
    name: 'renameChat',
    to: STAYS,
    run: (m, { chatId, ownerId }) => m.store.call('renameChat', { chatId, ownerId, title: 'Named' }),
  },
  {
    name: 'abandon',
    to: STAYS,
    run: (m, { chatId, runnerId }) => m.store.call('abandon', { chatId, runnerId }),
  },
  {
    name: 'settleCall',
    to: STAYS,
    how: { call: 'dispatched' },
    run: (m, { chatId, runnerId, key }) =>
      m.store.call('settleCall', {
        chatId,
        runnerId,
        key: asId<ToolKey>(key),
        state: 'done',
        outcome: { result: 1, isError: false, durationMs: 1 },
      }),
  },
  {
    name: 'skipRetryWait',
    to: R_STAYS,
    how: { attempt: 1, retry },
    run: (m, { chatId, ownerId }) => m.store.call('skipRetryWait', { chatId, ownerId }),
  },
  {
    name: 'finishInterruption',
    to: { I0: 'W', I1: 'R0' },
    how: { call: 'dispatched' },
    run: (m, { fence }) =>
      m.store.call('finishInterruption', {
        ...fence,
        messages: [{ role: 'assistant', content, interrupted: true }],
      }),
  },
];

describe('#160 every transition from every state', () => {
  let m: Machine;
  beforeAll(async () => {
    m = await openMachine();
  });
  afterAll(() => m.store.close());

  /** Where it led, or how it was refused; anything that it broke stands beside. */
  async function tell(row: Row, from: ExecState): Promise<string> {
    const chat = await arrange(m, from, row.how);
    const before = await loadAll(m, chat.chatId);
    const wasBroken = row.to[from] ? await brokenInvariants(m, chat.chatId) : [];
    const outcome = await row.run(m, chat);
    if (outcome.ok) {
      const broken = (await brokenInvariants(m, chat.chatId)).filter((rule) => !wasBroken.includes(rule));
      return [await loadState(m, chat.chatId), ...broken].join('; ');
    }
    const { kind } = outcome.error;
    const isRefused =
      kind === 'not-allowed' ||
      kind === 'fence-lost' ||
      (from === 'N' && (kind === 'not-found' || kind === 'changed'));
    const isUntouched = isDeepStrictEqual(await loadAll(m, chat.chatId), before);
    return isRefused && isUntouched ? 'refused' : `${kind}, ${isUntouched ? 'untouched' : 'changed'}`;
  }

  test.each(MATRIX)('$name', async (row) => {
    const told: Partial<Record<ExecState, string>> = {};
    for (const from of STATES) told[from] = await tell(row, from);
    const expected = Object.fromEntries(STATES.map((from) => [from, row.to[from] ?? 'refused']));
    expect(told).toEqual(expected);
  });

  test('a queue of two leaves one behind', async () => {
    const cases = [
      ['E1', byQueued('deleteQueued'), 'E1'],
      ['E1', byQueued('promoteQueued'), 'R1'],
      ['A1', byQueued('promoteQueued'), 'R1'],
      ['R1', (machine, { fence }) => machine.store.call('finishTurn', fence), 'R1'],
      [
        'I1',
        (machine, { fence }) => machine.store.call('finishInterruption', { ...fence, messages: [] }),
        'R1',
      ],
    ] as const satisfies readonly (readonly [ExecState, Row['run'], ExecState])[];
    for (const [from, run, target] of cases) {
      const chat = await arrange(m, from, { queued: 2 });
      expect(await run(m, chat)).toMatchObject({ ok: true });
      expect([from, await loadState(m, chat.chatId)]).toEqual([from, target]);
    }
  });
});
