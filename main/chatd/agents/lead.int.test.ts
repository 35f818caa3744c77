import type { ChatId } from '@shared/model/ids.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { DrivenClock } from '../../tools/testing/driven-clock.ts';
import { createAttention } from '../generation/attention.ts';
import { calls, countingTool, openTestChatd, says, type TestChatd } from '../test-chatd.ts';
import {
  byTask,
  childrenOf,
  each,
  hanging,
  inTurn,
  isIdle,
  isWaitingFor,
  onlyChildOf,
  spawn,
  startWaiting,
  toolResults,
} from './test-crew.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

describe('a parent that waits', () => {
  it('#226 is not disturbed by the end of a child that it does not wait for', async () => {
    chatd = await openTestChatd({});
    const quick = hanging('done');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const thinking = hanging('still thinking');
    let n = 0;
    const start = inTurn(spawn('quick'));
    chatd.startWorker(
      byTask({
        lead: (request, signal) => (n++ === 0 ? start : thinking.script)(request, signal),
        quick: quick.script,
      }),
    );
    await watching.until((view) => view.live.parts.some((p) => p.type === 'text'));
    const before = watching.view().messages.length;
    const child = await onlyChildOf(chatd, root);
    const below = chatd.watch(child.id);
    quick.release();
    await below.until(isIdle);
    thinking.release();
    const view = await watching.until(isIdle);
    expect(view.messages.length).toBe(before + 1);
    await watching.stop();
    await below.stop();
  });

  it('holds its clock while the child asks the person, and stays as it is meanwhile', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool], gated: ['count'] });
    const clock = new DrivenClock();
    const { root, watching, lead } = await startWaiting(chatd, 'needs a yes', { timeout_seconds: 60 });
    chatd.startWorker(
      byTask({
        lead,
        'needs a yes': inTurn(calls(['count', { what: 'allowed' }]), says('counted')),
      }),
      { clock },
    );
    await watching.until(isWaitingFor('wait_agent'));
    const child = await onlyChildOf(chatd, root);
    const below = chatd.watch(child.id);
    const asking = await below.until((view) => view.status === 'requires_action');
    for (let times = 0; times < 100; times++) await clock.pass(5_000);
    expect(watching.view()).toMatchObject({ status: 'running' });
    expect(isWaitingFor('wait_agent')(watching.view())).toBe(true);
    expect(chatd.attention.map((a) => a.why)).toEqual(['asks']);

    const key = asking.calls[0]?.key;
    if (!key) throw new Error('no call asks');
    const answer = { key, hash: 'shown', decision: 'allow', note: null } as const;
    await chatd.store.call('answerCall', { chatId: child.id, ownerId: chatd.ownerId, ...answer });
    const view = await watching.until(isIdle);
    expect(ran).toEqual(['allowed']);
    expect(toolResults(view)[1]?.result).toMatchObject({ report: 'counted', status: 'waiting' });
    await watching.stop();
    await below.stop();
  });

  it('ends its wait at once when the person stops it; the child goes on', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('on and on');
    const { root, watching, lead } = await startWaiting(chatd, 'endless');
    chatd.startWorker(byTask({ lead, endless: endless.script }));
    await watching.until(isWaitingFor('wait_agent'));
    await chatd.store.call('interrupt', { chatId: root, ownerId: chatd.ownerId });
    const view = await watching.until(isIdle);
    expect(toolResults(view)[1]).toMatchObject({ is_error: true });
    expect((await onlyChildOf(chatd, root)).status).toBe('running');
    endless.release();
    await watching.stop();
  });

  it('stops with all that it started, and none of them goes on with its queue', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('on and on');
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const tasks = ['one', 'two', 'three'];
    chatd.startWorker(
      byTask({
        lead: inTurn(spawn(...tasks), each('wait_agent'), says('end')),
        ...Object.fromEntries(tasks.map((task) => [task, endless.script])),
      }),
    );
    await watching.until(isWaitingFor('wait_agent', 3));
    const [first] = await childrenOf(chatd, root);
    if (!first) throw new Error('no child');
    await chatd.send(first.id, 'and then this');
    const feeds = (await childrenOf(chatd, root)).map((child) => chatd.watch(child.id));
    await Promise.all(feeds.map((feed) => feed.until((view) => view.live.parts.length > 0)));
    const stopped = await chatd.store.call('interruptTree', { chatId: root, ownerId: chatd.ownerId });
    expect(stopped).toMatchObject({ ok: true, value: { stopped: { length: 4 } } });
    await watching.until(isIdle);
    const ends = await Promise.all(
      feeds.map((feed) => feed.until((view) => view.status === 'waiting' || view.error !== null)),
    );
    expect(ends.map((view) => view.status)).toEqual(['error', 'waiting', 'waiting']);
    expect(ends[0]).toMatchObject({ error: { kind: 'stopped' }, queue: { length: 1 } });
    for (const feed of [watching, ...feeds]) await feed.stop();
  });

  it('starts no child once it is being stopped', async () => {
    chatd = await openTestChatd({});
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    chatd.before('spawnAgent', async () => {
      await chatd.store.call('interruptTree', { chatId: root, ownerId: chatd.ownerId });
    });
    chatd.startWorker(byTask({ lead: inTurn(spawn('too late'), says('end')) }));
    const view = await watching.until(isIdle);
    expect(toolResults(view)).toMatchObject([{ is_error: true }]);
    expect(await childrenOf(chatd, root)).toEqual([]);
    await watching.stop();
  });
});

it('tells the person of a question of a child by the names of both, and of nothing else of it', async () => {
  const { tool } = countingTool('count', 'effect');
  chatd = await openTestChatd({ tools: [tool], gated: ['count'] });
  const { root, watching, lead } = await startWaiting(chatd, 'needs a yes');
  chatd.startWorker(byTask({ lead, 'needs a yes': inTurn(calls(['count', { what: 'x' }])) }));
  await watching.until(isWaitingFor('wait_agent'));
  const child = await onlyChildOf(chatd, root);
  const below = chatd.watch(child.id);
  await below.until((view) => view.status === 'requires_action');
  const shown: { chatId: ChatId; title: string; body: string; asked: unknown }[] = [];
  const takenBack: ChatId[] = [];
  const attention = createAttention({
    store: chatd.store,
    ownerId: chatd.ownerId,
    log: silentLog,
    notify: ({ chatId, title, body, asked }) => shown.push({ chatId, title, body, asked }),
    takeBack: (chatId) => takenBack.push(chatId),
    enabled: () => true,
  });
  attention.report(child.id, 'finished');
  attention.report(child.id, 'failed');
  attention.report(child.id, 'asks');
  await attention.close();
  // The one question can be denied from there: its key, and the hash of what it asks.
  const asked = { key: below.view().calls[0]?.key, hash: 'shown' };
  const body = 'Asks to count x';
  expect(shown).toEqual([{ chatId: child.id, title: 'Test › needs a yes', body, asked }]);
  expect(takenBack).toEqual([]);
  // Whoever looks at the parent sees the question: what was shown for it goes, and nothing more is.
  const leave = attention.enterFront(root);
  expect(takenBack).toEqual([child.id]);
  attention.report(child.id, 'asks');
  await attention.close();
  leave();
  attention.enterFront(root)();
  expect(takenBack).toEqual([child.id]);
  expect(shown.length).toBe(1);
  await watching.stop();
  await below.stop();
});
