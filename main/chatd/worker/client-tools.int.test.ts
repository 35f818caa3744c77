import { randomUUID } from 'node:crypto';
import { asId, type ChatId } from '@shared/model/ids.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../models/port.ts';
import { calls, countingTool, openTestChatd, says, type TestChatd } from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

const OPEN_TAB = {
  name: 'open_tab',
  description: 'Opens a tab in the client.',
  parameters: { type: 'object', properties: { url: { type: 'string' } } },
};

async function createWithTools(): Promise<ChatId> {
  const made = await chatd.store.call('createChat', {
    chatId: asId<ChatId>(randomUUID()),
    ownerId: chatd.ownerId,
    workspaceId: null,
    title: 'Test',
    modelConfigId: chatd.modelConfigId,
    effort: null,
    spawnKey: randomUUID(),
    messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
    dynamicTools: [OPEN_TAB],
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value.chatId;
}

describe('tools that the client runs', () => {
  it('#196 run beside ours, with a deadline; their results are in the next prompt, in call order', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool] });
    const asked: ModelRequest[] = [];
    const answers = [calls(['open_tab', { url: 'x' }], ['count', { what: 'ours' }]), says('done')];
    const chatId = await createWithTools();
    const watching = chatd.watch(chatId);
    chatd.startWorker(async function* (request) {
      asked.push(request);
      yield* answers[asked.length - 1] ?? says('nothing left to say');
    });
    const waiting = await watching.until((v) => v.status === 'requires_action');
    expect(ran).toEqual(['ours']);
    const open = waiting.calls.filter((each) => each.state !== 'done');
    expect(open.map((each) => [each.tool, each.tool_call_id])).toEqual([['open_tab', 'call_0']]);
    expect(waiting.messages).toHaveLength(2);
    expect(asked[0]?.tools.map((t) => t.name)).toContain('open_tab');
    const { rows } = await chatd.db.query<{ waits: boolean }>(
      `select requires_action_deadline_at > now() + interval '4 minutes' as waits from chats where id = $1`,
      [chatId],
    );
    expect(rows[0]?.waits).toBe(true);
    const completed = await chatd.store.call('completeRequiresAction', {
      chatId,
      ownerId: chatd.ownerId,
      results: [{ toolCallId: 'call_0', output: '{"tab":7}', isError: false }],
    });
    expect(completed.ok).toBe(true);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view.messages.map((m) => m.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
    const outputs = asked[1]?.messages.flatMap((m) =>
      m.role === 'tool' ? m.results.map((r) => r.output) : [],
    );
    expect(outputs).toEqual(['{"tab":7}', '{"counted":"ours"}']);
    await watching.stop();
  });
});
