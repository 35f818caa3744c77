import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findFiles } from './find-files.ts';
import { matchLine } from './match-line.ts';
import { configFault, type Directive, parseConfig } from './parse-config.ts';
import { matchesPatterns } from './pattern.ts';
import type { Person } from './person.ts';
import { succeeds } from './run-shell.ts';
import { allTokens, expandHome, expandTokens } from './tokens.ts';

/** Keywords in lower case with their values, as `ssh -G` tells them; what nothing was said about is missing. */
export type RawOptions = ReadonlyMap<string, readonly string[]>;

/** What is asked for: a name, and what stood beside it. */
export interface HostQuery {
  readonly alias: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** A configuration, and where its relative `Include`s lie. */
export interface ConfigFile {
  readonly file: string;
  readonly includesFrom: string;
}

const MAX_DEPTH = 16;
/** All that were named count. */
const GATHERED: ReadonlySet<string> = new Set(['identityfile', 'certificatefile']);
/** One line may hold several. */
const LISTS: ReadonlySet<string> = new Set(['userknownhostsfile', 'globalknownhostsfile']);
/** The two exclude each other: the first that is named counts. */
const PROXIES: ReadonlySet<string> = new Set(['proxyjump', 'proxycommand']);

/** Older names. */
const ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  identityfile2: 'identityfile',
};

export function configFiles(person: Person): readonly ConfigFile[] {
  const own = path.join(person.home, '.ssh');
  const system = process.platform === 'win32' ? 'C:\\ProgramData\\ssh' : '/etc/ssh';
  return [
    { file: path.join(own, 'config'), includesFrom: own },
    { file: path.join(system, 'ssh_config'), includesFrom: system },
  ];
}

/** What the files say about one host; the first value of a keyword counts. Throws LinkFault `configuration`. */
export async function evaluateConfig(
  files: readonly ConfigFile[],
  query: HostQuery,
  person: Person,
  signal: AbortSignal,
): Promise<RawOptions> {
  const evaluation = new Evaluation(query, person, signal);
  await evaluation.readAll(files, false);
  if (evaluation.wantsFinal) await evaluation.readAll(files, true);
  return evaluation.values;
}

interface Block {
  active: boolean;
  /** Inside a file that a block included which does not match: nothing there counts. */
  readonly never: boolean;
}

class Evaluation {
  readonly values = new Map<string, readonly string[]>();
  readonly #query: HostQuery;
  readonly #person: Person;
  readonly #signal: AbortSignal;
  #isFinal = false;
  wantsFinal = false;

  constructor(query: HostQuery, person: Person, signal: AbortSignal) {
    this.#query = query;
    this.#person = person;
    this.#signal = signal;
    if (query.user !== null) this.values.set('user', [query.user]);
    if (query.port !== null) this.values.set('port', [String(query.port)]);
  }

  async readAll(files: readonly ConfigFile[], isFinal: boolean): Promise<void> {
    this.#isFinal = isFinal;
    for (const { file, includesFrom } of files) {
      await this.#readFile(file, includesFrom, { active: true, never: false }, 0);
    }
  }

  async #readFile(file: string, includesFrom: string, block: Block, depth: number): Promise<void> {
    const text = await readIfThere(file);
    if (text === null) return;
    for (const line of parseConfig(text, file)) {
      this.#signal.throwIfAborted();
      switch (line.keyword) {
        case 'host':
          block.active = !block.never && this.#isNamed(line);
          break;
        case 'match':
          block.active = await this.#isMatched(line, block.never);
          break;
        case 'include':
          await this.#include(line, includesFrom, block.active, depth);
          break;
        default:
          if (block.active) this.#take(line);
      }
    }
  }

  /** The second time by the name that came out of the first. */
  #isNamed({ args, at }: Directive): boolean {
    return matchesPatterns(this.#isFinal ? this.#hostname(at) : this.#query.alias, args);
  }

  async #isMatched(line: Directive, never: boolean): Promise<boolean> {
    if (never) return false;
    const { env, user: localUser } = this.#person;
    const { alias } = this.#query;
    const { matches, wantsFinal } = await matchLine(line, {
      hostname: this.#hostname(line.at),
      alias,
      user: this.#first('user') ?? localUser,
      localUser,
      tag: this.#first('tag') ?? '',
      isFinal: this.#isFinal,
      succeeds: (command) =>
        succeeds(expandTokens(command, this.#tokens(line.at), line.at), env, this.#signal),
    });
    if (wantsFinal) this.wantsFinal = true;
    return matches;
  }

  async #include(line: Directive, from: string, active: boolean, depth: number): Promise<void> {
    if (depth >= MAX_DEPTH) throw configFault(line.at, '"Include" goes too deep');
    for (const pattern of line.args) {
      const whole = path.resolve(from, expandHome(pattern, this.#person.home));
      for (const file of await findFiles(whole)) {
        await this.#readFile(file, from, { active, never: !active }, depth + 1);
      }
    }
  }

  #take({ keyword: written, args, rest, at }: Directive): void {
    const keyword = ALIASES[written] ?? written;
    const [first] = args;
    if (first === undefined) throw configFault(at, `"${keyword}" says nothing`);
    const before = this.values.get(keyword);
    if (PROXIES.has(keyword)) {
      if ([...PROXIES].some((name) => this.values.has(name))) return;
      this.values.set(keyword, [keyword === 'proxycommand' ? rest : first]);
    } else if (GATHERED.has(keyword)) {
      if (!before?.includes(first)) this.values.set(keyword, [...(before ?? []), first]);
    } else if (before === undefined) {
      this.values.set(keyword, LISTS.has(keyword) ? args : [first]);
    }
  }

  #hostname(at: string): string {
    const { alias } = this.#query;
    return expandTokens(this.#first('hostname') ?? '%h', { h: alias }, at).toLowerCase();
  }

  #tokens(at: string) {
    return allTokens(this.#person, {
      alias: this.#query.alias,
      hostname: this.#hostname(at),
      port: Number(this.#first('port') ?? 22),
      user: this.#first('user') ?? this.#person.user,
      hostKeyAlias: this.#first('hostkeyalias') ?? null,
      jump: this.#first('proxyjump') ?? '',
    });
  }

  #first(keyword: string): string | undefined {
    return this.values.get(keyword)?.[0];
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) return null;
    throw configFault(file, `it cannot be read (${code})`);
  }
}
