import { createHash } from 'node:crypto';
import path from 'node:path';
import { configFault } from './parse-config.ts';
import type { Person } from './person.ts';

/** What `%` tokens stand for, by their letter. */
export type Tokens = Readonly<Record<string, string>>;

export interface TokenParts {
  /** As it was asked for. */
  readonly alias: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias: string | null;
  /** As it stands in the configuration; empty: none. */
  readonly jump: string;
}

/** All that OpenSSH knows where a host is settled: for key files, agents, known hosts and `Match exec`. */
export function allTokens(person: Person, parts: TokenParts): Tokens {
  const { alias, hostname, port, user, hostKeyAlias, jump } = parts;
  const { machine } = person;
  return {
    h: hostname,
    p: String(port),
    r: user,
    n: alias,
    u: person.user,
    d: person.home,
    l: machine,
    L: machine.split('.')[0] ?? machine,
    i: String(person.uid),
    k: hostKeyAlias ?? alias,
    j: jump,
    C: createHash('sha1').update(`${machine}${hostname}${port}${user}${jump}`).digest('hex'),
  };
}

/** `%` tokens. One that is not known is a mistake, as for OpenSSH. */
export function expandTokens(text: string, tokens: Tokens, at: string): string {
  return text.replace(/%(.?)/gs, (whole, letter: string) => tokenValue(whole, letter, tokens, at));
}

/** A path: home, `%` tokens and `${NAME}`. A variable that is not set is a mistake. */
export function expandPath(text: string, person: Person, tokens: Tokens, at: string): string {
  const atHome = expandHome(text, person.home);
  return atHome.replace(/%(.?)|\$\{([^}]*)\}/gs, (whole, letter?: string, name?: string) => {
    if (name === undefined) return tokenValue(whole, letter ?? '', tokens, at);
    const value = person.env[name];
    if (value === undefined) throw configFault(at, `the variable ${name} in "${text}" is not set`);
    return value;
  });
}

/** `~` and `~/…` only: other people's homes are not ours to know. */
export function expandHome(text: string, home: string): string {
  if (text === '~') return home;
  return /^~[/\\]/.test(text) ? path.join(home, text.slice(2)) : text;
}

function tokenValue(whole: string, letter: string, tokens: Tokens, at: string): string {
  const value = letter === '%' ? '%' : tokens[letter];
  if (value === undefined) throw configFault(at, `"${whole}" is not known there`);
  return value;
}

/** A path as people write it. */
export function shortPath(file: string, home: string): string {
  return file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
}
