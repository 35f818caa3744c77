import type { CredentialAnswer, CredentialAsk } from '@shared/agent-protocol/credentials.ts';
import type { GitAnswer } from '@shared/model/git.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { GitAccounts, Known } from './accounts.ts';
import { tokenPage, tokenUser } from './forge/sites.ts';
import type { GitQuestions } from './questions.ts';

/** Where git asks: `id` stands for the machine in what is remembered, `name` is what people read. */
export interface Machine {
  readonly id: string;
  readonly name: string;
}

export interface AnswererDeps {
  readonly accounts: Pick<GitAccounts, 'find' | 'token' | 'signIn' | 'loadUse' | 'setUse'>;
  readonly questions: Pick<GitQuestions, 'ask'>;
  /** Somebody can answer. */
  readonly attended: boolean;
}

interface Asked {
  readonly ask: CredentialAsk;
  readonly chatId: ChatId | null;
  readonly machine: Machine;
}

/** `tell` gives what is not the last word. Rejects with the signal's reason. */
export type Answerer = (
  asked: Asked,
  tell: (answer: CredentialAnswer) => Promise<void>,
  signal: AbortSignal,
) => Promise<CredentialAnswer>;

type Final = Exclude<CredentialAnswer, { kind: 'sign-in' }>;

/**
 * What git gets. The token of a forge is used on a machine after the person said so once; outside a repository of that
 * forge they are asked for each command. One question at a time for each forge and machine: the answer to the first is
 * that to the others, too.
 */
export function createAnswerer({ accounts, questions, attended }: AnswererDeps): Answerer {
  const turns = new Map<string, Promise<unknown>>();
  /** Commands, by process and host, that the person has let use a token once. */
  const once = new Set<string>();

  async function answer({ ask, chatId, machine }: Asked, tell: Tell, signal: AbortSignal): Promise<Final> {
    const url = new URL(ask.url);
    const found = await accounts.find(url.host);
    if (!found || !serves(found, url)) return unknown(url);
    const { host } = found.site;
    const about = { chatId, host, machine: machine.name, directory: ask.directory, command: ask.command };
    const token = await accounts.token(found);
    if (token === null) {
      if (!attended) return unknown(url);
      const page = tokenPage(found.site);
      await tell({
        kind: 'sign-in',
        message: `Sign in to ${host}: make a token at ${page} and enter it in Gaffer's window.`,
      });
      const said = await questions.ask({ kind: 'sign-in', tokenPage: page, ...about }, signal);
      if (said.kind !== 'sign-in') return denied(`The person did not sign in to ${host}.`);
      await accounts.signIn(found, said.token);
      await accounts.setUse({ host, machine: machine.id, machineName: machine.name, allowed: true });
      once.add(`${ask.process_id} ${host}`);
      return credentials(found, said.token);
    }
    const use = await accounts.loadUse(host, machine.id);
    if (use === false) return denied(refusedBefore(host, machine));
    const free = use === true && (ask.known || once.has(`${ask.process_id} ${host}`));
    if (free) return credentials(found, token);
    if (!attended) return denied(`Nobody is there to allow the use of the token of ${host}.`);
    const said = await questions.ask({ kind: 'use', once: use === true, ...about }, signal);
    const allowed = isAllowed(said);
    // A window that was closed is no answer for good.
    if (use === null && said.kind === 'use')
      await accounts.setUse({ host, machine: machine.id, machineName: machine.name, allowed });
    if (!allowed)
      return denied(`The person did not allow the use of the token of ${host} on ${machine.name}.`);
    once.add(`${ask.process_id} ${host}`);
    return credentials(found, token);
  }

  return (asked, tell, signal) => {
    const key = JSON.stringify([new URL(asked.ask.url).host, asked.machine.id]);
    const before = turns.get(key) ?? Promise.resolve();
    const turn = before.then(() => answer(asked, tell, signal));
    const settled = turn.catch(() => undefined);
    turns.set(key, settled);
    void settled.then(() => turns.get(key) === settled && turns.delete(key));
    return turn;
  };
}

type Tell = (answer: CredentialAnswer) => Promise<void>;

/** A token goes over TLS, or to a server whose account says that it has none. */
function serves({ site }: Known, url: URL): boolean {
  return url.host === site.host && (url.protocol === 'https:' || url.origin === site.webBase);
}

function credentials({ site }: Known, token: string): Final {
  return { kind: 'credentials', username: tokenUser(site.kind), password: token };
}

function isAllowed(answer: GitAnswer): boolean {
  return answer.kind === 'use' && answer.allow;
}

function denied(message: string): Final {
  return { kind: 'denied', message };
}

function refusedBefore(host: string, { name }: Machine): string {
  return `The person does not allow chats to use the token of ${host} on ${name}. They can change that in Settings → Git accounts.`;
}

function unknown({ host }: URL): Final {
  return {
    kind: 'unknown',
    message: `There is no account for ${host}. The person can add one in Settings → Git accounts.`,
  };
}
