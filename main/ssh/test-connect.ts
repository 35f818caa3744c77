import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sshd } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { Keyring } from './auth/keyring.ts';
import { type Person, personHere } from './config/person.ts';
import type { ConnectOptions } from './connect.ts';
import { LinkFault } from './fault.ts';
import { type Questions, type SignInAsked, unanswered } from './questions.ts';
import type { Session } from './session.ts';
import { Trace } from './trace.ts';
import { Turns } from './turns.ts';

/** Somebody at this computer with a home of their own, who knows these servers. */
export async function newPerson(
  home: string,
  servers: readonly Sshd[],
  { config = '', env = {} }: { readonly config?: string; readonly env?: Person['env'] } = {},
): Promise<Person> {
  const ssh = path.join(home, '.ssh');
  await mkdir(ssh, { recursive: true, mode: 0o700 });
  await writeFile(path.join(ssh, 'known_hosts'), servers.map(({ knownHosts }) => knownHosts).join(''));
  await writeFile(path.join(ssh, 'config'), config);
  return personHere(home, { PATH: process.env['PATH'], ...env });
}

export function targetOf({ username, hostname, port }: Sshd): string {
  return `${username}@${hostname}:${port}`;
}

/** For one connection; nobody answers its questions. */
export function connectOptions(
  person: Person,
  target: string,
  change: Partial<ConnectOptions> = {},
): ConnectOptions {
  return {
    target,
    identityFile: null,
    lendAgentTo: null,
    person,
    questions: unanswered,
    keyring: new Keyring(),
    turns: new Turns(),
    trace: new Trace(target, systemClock, () => undefined),
    clock: systemClock,
    log: silentLog,
    ...change,
  };
}

/** A block of an SSH configuration that leads to a server, with its key. */
export function hostBlock(name: string, sshd: Sshd, lines: readonly string[] = []): string {
  const { hostname, port, username, clientKey } = sshd;
  const own = [`HostName ${hostname}`, `Port ${port}`, `User ${username}`, `IdentityFile ${clientKey}`];
  return [`Host ${name}`, ...lines, ...own].join('\n  ').concat('\n');
}

/** What a connection that must not come about is refused with. */
export async function refusalOf(connecting: Promise<Session>): Promise<LinkFault> {
  const caught: unknown = await connecting.then(
    (session) => session.close(),
    (error: unknown) => error,
  );
  if (caught instanceof LinkFault) return caught;
  throw new Error(`no LinkFault but ${String(caught)}`);
}

export type Asked = Parameters<Questions['hostKey']>[0] | SignInAsked;

/** Somebody who answers what they are asked, and what that was. `answer` gets a label and what attempt it is. */
export function answering(
  answer: (label: string, attempt: number) => string | null,
  accept = true,
): Questions & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    async hostKey(question) {
      asked.push(question);
      return accept;
    },
    async signIn(question) {
      asked.push(question);
      const values = question.prompts.map(({ label }) => answer(label, question.attempt));
      return values.every((value) => value !== null) ? values : null;
    },
  };
}
