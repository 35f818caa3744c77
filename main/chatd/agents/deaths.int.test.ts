import { afterEach, describe, expect, it } from 'vitest';
import { openTestChatd, says, type TestChatd } from '../test-chatd.ts';
import {
  byTask,
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

describe('after the death of the process', () => {
  it.each(['before', 'after'] as const)(
    '%s the child was made there is one child, and it is told of',
    async (when) => {
      chatd = await openTestChatd({});
      const root = await chatd.create('lead');
      const watching = chatd.watch(root);
      const spawning = inTurn(spawn('task'));
      chatd.killAt('spawnAgent', when);
      chatd.startWorker(byTask({ lead: spawning, task: inTurn(says('never said')) }));
      await watching.until((view) =>
        view.calls.some((call) => call.state === (when === 'after' ? 'done' : 'dispatched')),
      );
      chatd.startWorker(
        byTask({ lead: inTurn(each('wait_agent'), says('end')), task: inTurn(says('report')) }),
      );
      const view = await watching.until(isIdle);
      const child = await onlyChildOf(chatd, root);
      expect(toolResults(view).map((part) => part.result)).toMatchObject([
        { chat_id: child.id, title: 'task', status: 'running' },
        { chat_id: child.id, report: 'report' },
      ]);
      await watching.stop();
    },
  );

  it.each(['before', 'after'] as const)('%s the message was sent it is sent once', async (when) => {
    chatd = await openTestChatd({});
    const root = await chatd.create('lead');
    const watching = chatd.watch(root);
    const first = inTurn(spawn('task'), each('wait_agent'), each('message_agent', { message: 'more' }));
    chatd.killAt('messageAgent', when);
    chatd.startWorker(byTask({ lead: first, task: inTurn(says('one')) }));
    await watching.until((view) =>
      view.calls.some(
        (call) =>
          call.tool === 'message_agent' && call.state === (when === 'after' ? 'done' : 'dispatched'),
      ),
    );
    chatd.startWorker(byTask({ lead: inTurn(each('wait_agent'), says('end')), task: inTurn(says('two')) }));
    const view = await watching.until(isIdle);
    expect(toolResults(view).at(-1)?.result).toMatchObject({ report: 'two' });
    const child = await onlyChildOf(chatd, root);
    const page = await chatd.store.call('loadPage', {
      chatId: child.id,
      ownerId: chatd.ownerId,
      limit: 100,
    });
    expect(page?.map((row) => row.role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    await watching.stop();
  });

  it('a wait is taken up again by the next worker, also after an ordinary end', async () => {
    chatd = await openTestChatd({});
    const endless = hanging('half');
    const { watching, lead } = await startWaiting(chatd, 'task');
    const worker = chatd.startWorker(byTask({ lead, task: endless.script }));
    await watching.until(isWaitingFor('wait_agent'));
    await worker.close();
    expect(isWaitingFor('wait_agent')(watching.view())).toBe(true);
    chatd.startWorker(byTask({ lead: inTurn(says('end')), task: inTurn(says('whole')) }));
    const view = await watching.until(isIdle);
    expect(toolResults(view)[1]).toMatchObject({ result: { report: 'whole', status: 'waiting' } });
    await watching.stop();
  });
});
