import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../waits.ts';
import { type ChatServer, startChatServer } from './chat-server.ts';

let server: ChatServer;
afterEach(() => server.stop());

const ask = (signal?: AbortSignal) =>
  fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], tools: [{}] }),
    ...(signal ? { signal } : {}),
  });

describe('the model server of the tortures', () => {
  it('ends an answer that was heard to its end', async () => {
    server = await startChatServer(async (asked, reply) => {
      reply.say(`You said ${asked.messages[0]?.content}`);
      reply.finish();
    });
    expect(await (await ask()).text()).toMatch(/You said hi.*data: \[DONE\]/s);
  });

  it('#17 writes no end mark to who hung up: a cancelled call never looks like success', async () => {
    const [begun, over] = [deferred(), deferred()];
    let wrote = '';
    let wasEnded: boolean | null = null;
    server = await startChatServer(async (asked, reply) => {
      reply.say('half');
      begun.resolve();
      await new Promise((resolve) => asked.signal.addEventListener('abort', resolve));
      wasEnded = reply.finish();
      over.resolve();
    });
    const hangUp = new AbortController();
    const response = await ask(hangUp.signal);
    await begun.promise;
    const reading = (async () => {
      for await (const chunk of response.body ?? []) {
        wrote += new TextDecoder().decode(chunk as Uint8Array);
        hangUp.abort();
      }
    })();
    await expect(reading).rejects.toThrow('aborted');
    await over.promise;
    expect(wrote).toContain('half');
    expect(wrote).not.toContain('DONE');
    expect(wasEnded).toBe(false);
  });
});
