import { z } from 'zod';
import { defineTool, type Tool } from '../../tools/define.ts';
import {
  type AgentToolsDeps,
  chatIdParameter,
  invalidChatId,
  nameOf,
  refused,
  toChatId,
} from './answers.ts';

export function messageAgent({ store }: AgentToolsDeps): Tool {
  return defineTool({
    name: 'message_agent',
    description:
      'Send a message to a sub-agent, to correct or extend its task. A running one reads it when its turn is over, or at once with interrupt. A finished one starts to work again. Get its answer with wait_agent.',
    effect: 'effect',
    rootOnly: true,
    input: z.object({
      chat_id: chatIdParameter,
      message: z.string().trim().min(1).describe('What it should know or do.'),
      interrupt: z
        .boolean()
        .nullish()
        .describe('Stop what it is doing and let it read this now. Default false.'),
    }),
    describe: ({ chat_id, message }) => ({
      verb: 'Message',
      doing: 'Messaging',
      subject: `the sub-agent ${chat_id}`,
      content: message,
    }),
    access: () => ({ kind: 'free' }),
    async run({ chat_id, message, interrupt }, { chatId: callerId, runnerId, key }) {
      const chatId = toChatId(chat_id);
      if (!chatId) return invalidChatId(chat_id);
      const sent = await store.call('messageAgent', {
        callerId,
        runnerId,
        key,
        chatId,
        message,
        interrupt: interrupt ?? false,
      });
      if (!sent.ok) return refused(sent.error, chatId);
      const { interrupted } = sent.value;
      return { result: { ...nameOf(sent.value), interrupted }, isError: false, settled: true };
    },
  });
}
