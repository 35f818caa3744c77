import { z } from 'zod';
import type { ChatDiffStatus, GitAccount, GitQuestion } from '../model/git.ts';
import type { GitAccountId } from '../model/ids.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

const token = z.string().trim().min(8).max(4_096);

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/;

/** `github.example`, with a port where it has one of its own. */
const forgeHost = z
  .string()
  .trim()
  .toLowerCase()
  .max(255)
  .transform((host) => host.replace(/:443$/, ''))
  .refine(
    (host) => HOST.test(host) && z.url().safeParse(`https://${host}`).success,
    'This is no name of a host.',
  );

const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('use'), allow: z.boolean() }),
  z.object({ kind: z.literal('sign-in'), token }),
  z.object({ kind: z.literal('cancel') }),
]);

export const gitContract = {
  /** Git accounts, again at every change. No token ever comes with them. */
  'git.accounts': feed({ input: z.object({}), event: is<readonly GitAccount[]>() }),
  'git.addAccount': call({
    input: z.object({
      kind: z.enum(['github', 'gitlab', 'gitea']),
      host: forgeHost,
      /** Empty: where servers of this kind have it. */
      apiBase: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
      /** Absent: the person is asked when a chat needs it. */
      token: token.optional(),
    }),
    output: is<{ accountId: GitAccountId }>(),
    errors: ['host-taken'],
  }),
  'git.setToken': call({
    input: z.object({ accountId: s.gitAccountId, token }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Asks the server who the token belongs to. */
  'git.testAccount': call({
    input: z.object({ accountId: s.gitAccountId }),
    output: is<{ login: string }>(),
    errors: ['not-found', 'no-token', 'refused', 'unreachable'],
  }),
  'git.removeAccount': call({
    input: z.object({ accountId: s.gitAccountId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** Whether chats may use the token is asked anew, on every machine. */
  'git.askAgain': call({
    input: z.object({ accountId: s.gitAccountId }),
    output: is<null>(),
    errors: ['not-found'],
  }),
  /** What git waits for, the oldest first, again at every change. */
  'git.questions': feed({ input: z.object({}), event: is<readonly GitQuestion[]>() }),
  /** The first answer counts, whichever window gave it. */
  'git.answer': call({
    input: z.object({ questionId: z.uuid(), answer }),
    output: is<null>(),
    errors: ['gone', 'bad-answer'],
  }),
  /** Fresh: what is older than two minutes is looked up first. Null: the chat has to do with no repository. */
  'git.status': call({
    input: z.object({ chatId: s.chatId }),
    output: is<{ status: ChatDiffStatus | null }>(),
  }),
  /** As they are known, of all chats. */
  'git.statuses': call({
    input: z.object({}),
    output: is<{ statuses: readonly ChatDiffStatus[] }>(),
  }),
};
