import type { CredentialAnswer } from '@shared/agent-protocol/credentials.ts';
import { badRequest, Refusal } from '../base/refusal.ts';
import { gitRefs } from '../git/refs.ts';
import { hostsOf } from '../git/remote-hosts.ts';
import { type Json, jsonOf, type Request, recordOf, stringOf } from './request.ts';
import type { Parts, Route } from './routes.ts';

const json = (body: unknown) => ({ status: 200, body });

export const authRoutes: Readonly<Record<string, Route>> = {
  'POST /external-auth': async (request, parts) => {
    const body = jsonOf(request);
    const process = await processOf(stringOf(body.token, 'token'), parts);
    if (body.listen !== undefined)
      return json(await parts.asks.listen(stringOf(body.listen, 'listen'), process.id, request.signal));
    const url = urlOf(stringOf(body.match, 'match'));
    const directory = stringOf(body.directory, 'directory');
    const refs = await refsAt(directory, request, parts);
    return json(
      await parts.asks.ask(
        {
          chat_id: process.chatId,
          process_id: process.id,
          command: process.command,
          url: url.href.replace(/\/$/, ''),
          known: hostsOf(refs.remotes).has(url.host),
          directory,
          branch: refs.branch ?? '',
          origin: refs.origin ?? '',
        },
        request.signal,
      ),
    );
  },
  'POST /external-auth/answer': async (request, { asks }) => {
    const body = jsonOf(request);
    asks.answer(stringOf(body.id, 'id'), answerOf(recordOf(body.answer, 'answer')));
    return json({ message: 'answered' });
  },
};

/** Throws 401 for a token that was not made here, and for one whose process has ended. */
async function processOf(token: string, { processes, processOfToken }: Parts) {
  const id = processOfToken(token);
  const run = id === null || !processes.has(id) ? null : processes.find(id, null);
  if (!run || (await run.loadExit()) !== null)
    throw new Refusal(401, 'unauthorized', 'this token is of no process that runs');
  return run.meta;
}

function urlOf(given: string): URL {
  if (!URL.canParse(given) || given.length > 2_000) throw badRequest('match is no address');
  const url = new URL(given);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw badRequest('match is no web address');
  url.username = '';
  url.password = '';
  return url;
}

/** A clone has no repository yet; and where git of its own cannot look, there is nothing to be known. */
async function refsAt(directory: string, { signal }: Request, { git }: Parts) {
  return gitRefs(git.run, directory, signal).catch(() => ({ branch: null, origin: null, remotes: [] }));
}

function answerOf(answer: Json): CredentialAnswer {
  const text = (name: string) => stringOf(answer[name], `answer.${name}`);
  switch (answer.kind) {
    case 'credentials': {
      const [username, password] = [text('username'), text('password')];
      if (/[\n\0]/.test(username + password)) throw badRequest('a name or password has one line');
      return { kind: 'credentials', username, password };
    }
    case 'sign-in':
    case 'denied':
    case 'unknown':
      return { kind: answer.kind, message: text('message') };
    default:
      throw badRequest('this is no answer');
  }
}
