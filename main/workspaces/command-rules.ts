import nodePath from 'node:path';
import type { RuleId } from '@shared/model/ids.ts';
import type { RuleOffers, RuleText } from '@shared/model/rule.ts';
import type { StoredRule } from '../db/rules.ts';
import { type Covered, catalogue, coverOf } from './catalogue/catalogue.ts';
import { fetchBelow, judgePaths, type PathRequest } from './path-rules.ts';
import type { ParsedCommand, SimpleCommand } from './shell/command.ts';
import { parseCommand } from './shell/parse-command.ts';

/** More names of files in one command are read by nobody. */
const MAX_PATHS = 50;

export interface CommandRequest extends PathRequest {
  readonly command: string;
  /** Absolute. */
  readonly workdir: string;
  /** Those that hold in this chat now. */
  readonly rules: readonly StoredRule[];
}

/** Passed by these rules, or asked about, with the rules that would pass it next time or why none can. */
export type CommandVerdict =
  | { readonly passed: true; readonly by: readonly RuleId[] }
  | { readonly passed: false; readonly offers: RuleOffers }
  | { readonly passed: false; readonly unruly: string };

/**
 * A command passes when it is, whole, an exact rule's, or when every simple command in it is covered by a rule. In
 * either case only if it could be read to its end and nothing in it can run or write anything else.
 */
export async function judgeCommand(request: CommandRequest): Promise<CommandVerdict> {
  const { connection, workdir, rules } = request;
  if (connection.platform === 'win32') return unruly('rules are for commands of sh');
  const parsed = await parseCommand(request.command);
  if (!parsed.ok) return unruly(parsed.error);
  const command = parsed.value;
  const below = await fetchBelow(request, workdir);
  if (below === null) return unruly('it runs outside the working directory');

  const exact = rules.filter((rule) => rule.kind === 'exact' && rule.below === below);
  const whole = exact.find((rule) => rule.text === command.text);
  if (whole) return { passed: true, by: [whole.id] };

  const uses = await findUses(request, command, below);
  const by: RuleId[] = [];
  const missing = new Map<string, RuleText>();
  let canBeCovered = true;
  for (const { simple, cover } of uses) {
    const rule =
      exact.find((one) => isJustThis(simple, one)) ??
      rules.find((one) => one.kind === 'program' && one.text === cover?.name);
    if (rule) by.push(rule.id);
    else if (cover) missing.set(cover.name, programRule(cover.name));
    else canBeCovered = false;
  }
  if (canBeCovered && missing.size === 0) return { passed: true, by: [...new Set(by)] };
  const programs = canBeCovered ? [...missing.values()] : [];
  return {
    passed: false,
    offers: { exact: { kind: 'exact', text: command.text, below, why: null }, programs },
  };
}

/** What of a program a rule covers, for whoever reads the rule; null for one that is no longer on the list. */
export function whyOf(program: string): string | null {
  return catalogue.find(({ name }) => name === program)?.why ?? null;
}

function programRule(name: string): RuleText {
  return { kind: 'program', text: name, below: '', why: whyOf(name) };
}

function unruly(why: string): CommandVerdict {
  return { passed: false, unruly: why };
}

interface Use {
  readonly simple: SimpleCommand;
  /** Null: not in a way that is on the list, or it looks at what a read would ask for. */
  readonly cover: Covered | null;
}

async function findUses(request: CommandRequest, command: ParsedCommand, below: string): Promise<Use[]> {
  const covers = command.commands.map((simple) => coverOf(simple, request.workdir));
  const pathsOf = (cover: Covered | null) =>
    (cover?.paths ?? []).map((path) => nodePath.posix.resolve(request.workdir, path));
  const paths = [...new Set(covers.flatMap(pathsOf))];
  if (paths.length > MAX_PATHS) return command.commands.map((simple) => ({ simple, cover: null }));
  const verdicts = await judgePaths(request, 'read', paths);
  const free = new Set(paths.filter((_path, at) => verdicts[at] === 'free'));
  return command.commands.map((simple, at) => {
    const cover = covers[at] ?? null;
    const isFine =
      cover && (!cover.atTop || below === '') && pathsOf(cover).every((path) => free.has(path));
    return { simple, cover: isFine ? cover : null };
  });
}

/**
 * An exact rule for a part of a command. Not for one whose words are not all written out, that is fed, or that moves
 * what comes after it to another directory: then it would not be what was allowed.
 */
function isJustThis(simple: SimpleCommand, rule: StoredRule): boolean {
  return (
    rule.text === simple.source &&
    !simple.isFed &&
    simple.name !== 'cd' &&
    simple.args.every((word) => word.kind === 'literal')
  );
}
