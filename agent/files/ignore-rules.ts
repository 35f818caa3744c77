import { type Glob, globMatches, parseGlob } from './glob-pattern.ts';

interface Rule {
  readonly glob: Glob;
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
}

export type IgnoreRules = readonly Rule[];

/** Beyond that a file is no list that a person wrote. */
const MOST_RULES = 10_000;

/** The text of one `.gitignore`. Lines that say nothing sensible are left out, as git does. */
export function parseIgnore(text: string): IgnoreRules {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .slice(0, MOST_RULES)
    .flatMap((line) => ruleOf(line) ?? []);
}

function ruleOf(line: string): Rule | null {
  const text = withoutTrailingBlanks(line.replace(/\r$/, ''));
  if (text === '' || text.startsWith('#')) return null;
  const negated = text.startsWith('!');
  const pattern = negated ? text.slice(1) : text;
  const glob = parseGlob(pattern);
  return glob && { glob, negated, directoriesOnly: pattern.endsWith('/') };
}

/** A blank after a backslash is part of the name. */
function withoutTrailingBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && /[ \t]/.test(line[end - 1] ?? '') && line[end - 2] !== '\\') end--;
  return line.slice(0, end);
}

/** Where one directory stands: its own rules, and those above it. */
export interface IgnorePlace {
  readonly parent: IgnorePlace | null;
  /** The name of the directory in its parent. */
  readonly name: string;
  readonly rules: IgnoreRules;
  /** A repository begins here: nothing above counts. Outside of repositories no rule counts at all. */
  readonly hasGit: boolean;
}

/** Of an entry of the directory at `place`. The nearest `.gitignore` that says something decides, in it the last line. */
export function isIgnored(place: IgnorePlace, name: string, isDirectory: boolean): boolean {
  if (!isInRepository(place)) return false;
  const names = [name];
  for (let at: IgnorePlace | null = place; at; at = at.hasGit ? null : at.parent) {
    for (let index = at.rules.length - 1; index >= 0; index--) {
      const rule = at.rules[index];
      if (!rule || (rule.directoriesOnly && !isDirectory)) continue;
      if (globMatches(rule.glob, names)) return !rule.negated;
    }
    names.unshift(at.name);
  }
  return false;
}

function isInRepository(place: IgnorePlace): boolean {
  for (let at: IgnorePlace | null = place; at; at = at.parent) if (at.hasGit) return true;
  return false;
}
