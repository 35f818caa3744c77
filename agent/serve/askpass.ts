import http from 'node:http';
import { type ExternalAuthRequest, type ExternalAuthResponse } from '@shared/agent-protocol/credentials.ts';
import { AGENT_BASE, type AgentFailure } from '@shared/agent-protocol/index.ts';
import { openHome } from '../base/home.ts';
import { parseAskpassPrompt } from '../git/askpass-prompt.ts';
import { getAddress } from './address-file.ts';
import type { RunOptions } from './run-agent.ts';

/** The variable that tells a helper, and the agent, for which process it asks. */
export const ASKPASS_TOKEN = 'GAFFER_ASKPASS';

type Answer =
  | { readonly kind: 'reply'; readonly reply: ExternalAuthResponse }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * What git runs to learn a user's name or password: the answer on the standard output, all other words on the error
 * output. 1: there is none, and git does what it does without a helper.
 */
export async function askpass({ home, version }: RunOptions, prompt: string): Promise<number> {
  const asked = parseAskpassPrompt(prompt);
  const token = process.env[ASKPASS_TOKEN];
  const address = getAddress(openHome(home), version);
  if (!asked || !token || !address) return 1;
  const about = { token, match: asked.url, directory: process.cwd() };
  let listen: string | undefined;
  for (;;) {
    const answer = await ask(address, listen === undefined ? about : { ...about, listen });
    if (answer.kind === 'refused') {
      say(answer.message);
      return 1;
    }
    const { reply } = answer;
    if (reply.kind === 'credentials') {
      process.stdout.write(`${asked.what === 'username' ? reply.username : reply.password}\n`);
      return 0;
    }
    say(reply.message);
    listen = reply.ask;
  }
}

function say(message: string): void {
  process.stderr.write(`Gaffer: ${message}\n`);
}

/** As long as it takes: the agent bounds it. */
function ask(
  { socket, token }: { readonly socket: string; readonly token: string },
  request: ExternalAuthRequest,
): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(request));
  return new Promise((resolve) => {
    const gone = () => resolve({ kind: 'refused', message: 'The workspace agent does not answer.' });
    const sent = http.request(
      {
        socketPath: socket,
        method: 'POST',
        path: `${AGENT_BASE}/external-auth`,
        headers: { authorization: `Bearer ${token}`, 'content-length': body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', gone);
        response.once('end', () => resolve(answerOf(response.statusCode ?? 0, Buffer.concat(chunks))));
      },
    );
    sent.once('error', gone);
    sent.end(body);
  });
}

function answerOf(status: number, body: Buffer): Answer {
  try {
    const value = JSON.parse(body.toString('utf8')) as unknown;
    if (status === 200) return { kind: 'reply', reply: value as ExternalAuthResponse };
    return { kind: 'refused', message: (value as AgentFailure).message };
  } catch {
    return { kind: 'refused', message: 'The workspace agent gave no answer that could be read.' };
  }
}
