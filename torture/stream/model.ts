import { type Asked, type ChatServer, type Reply, startChatServer } from '../harness/chat-server.ts';
import { type Chance, chanceOf } from '../random.ts';
import { pause } from '../waits.ts';

/**
 * A model that talks, thinks, calls tools and fails, by dice that depend on how often it was asked: what it says is
 * never the same twice, so a word that is shown twice or in the wrong place is seen.
 */
export async function startTalkingModel(seed: number): Promise<ChatServer> {
  let asked = 0;
  return startChatServer(async (request, reply) => {
    asked += 1;
    await answer(request, reply, { chance: chanceOf(seed, asked), name: `n${asked}` });
  });
}

async function answer(
  { messages, signal }: Asked,
  reply: Reply,
  { chance, name }: { chance: Chance; name: string },
): Promise<void> {
  const fate = chance.next();
  if (fate < 0.06) return reply.refuse(chance.pick([500, 503, 529]), 'not now');
  if (fate < 0.09) return reply.refuse(400, 'invalid model configuration');
  if (chance.hit(0.3)) await say(reply.think, `${name}r`, signal, chance);
  await say(reply.say, name, signal, chance);
  if (signal.aborted) return;
  if (fate < 0.15) return reply.cut();
  const steps = messages.slice(messages.findLastIndex((m) => m.role === 'user')).length;
  if (steps < 6 && chance.hit(0.5)) {
    for (let i = chance.between(1, 3); i > 0; i -= 1) {
      reply.callTool(i, { id: `call_${i}`, name: 'read_file', args: { path: `no-such-${name}-${i}` } });
    }
    reply.finish('tool_calls');
    return;
  }
  reply.finish();
}

async function say(
  put: (text: string) => void,
  name: string,
  signal: AbortSignal,
  chance: Chance,
): Promise<void> {
  for (let i = chance.between(2, 25); i > 0 && !signal.aborted; i -= 1) {
    put(`${name}.${i} `);
    if (chance.hit(0.5)) await pause(chance.between(0, 8));
  }
}
