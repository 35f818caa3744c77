import { configFault, type Directive } from './parse-config.ts';
import { matchesPatterns } from './pattern.ts';

/** What a `Match` line is asked about. */
export interface MatchFacts {
  /** As resolved so far. */
  readonly hostname: string;
  readonly alias: string;
  readonly user: string;
  readonly localUser: string;
  readonly tag: string;
  /** The configuration is read for the second time. */
  readonly isFinal: boolean;
  /** Runs a command of the line. */
  succeeds(command: string): Promise<boolean>;
}

export interface MatchAnswer {
  readonly matches: boolean;
  /** The line wants the configuration to be read again when all is known. */
  readonly wantsFinal: boolean;
}

/** Criteria in their order; what follows one that fails is not run. Those that we cannot know never hold. */
export async function matchLine(line: Directive, facts: MatchFacts): Promise<MatchAnswer> {
  const words = line.args.flatMap((word) => {
    const [, name, value] = /^(!?[a-z]+)=(.+)$/is.exec(word) ?? [];
    return name === undefined || value === undefined ? [word] : [name, value];
  });
  if (words.length === 0) throw configFault(line.at, '"Match" says nothing');
  let matches = true;
  let wantsFinal = false;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const negated = word.startsWith('!');
    const criterion = word.slice(negated ? 1 : 0).toLowerCase();
    if (criterion === 'final') wantsFinal = true;
    const needsValue = !['all', 'final', 'canonical'].includes(criterion);
    const value = needsValue ? words.shift() : '';
    if (value === undefined) throw configFault(line.at, `"Match ${word}" lacks its value`);
    if (matches) matches = (await holds(criterion, value, facts)) !== negated;
  }
  return { matches, wantsFinal };
}

async function holds(criterion: string, value: string, facts: MatchFacts): Promise<boolean> {
  const list = value.split(',');
  const lower = value.toLowerCase().split(',');
  switch (criterion) {
    case 'all':
      return true;
    case 'final':
    case 'canonical':
      return facts.isFinal;
    case 'host':
      return matchesPatterns(facts.hostname.toLowerCase(), lower);
    case 'originalhost':
      return matchesPatterns(facts.alias.toLowerCase(), lower);
    case 'user':
      return matchesPatterns(facts.user, list);
    case 'localuser':
      return matchesPatterns(facts.localUser, list);
    case 'tagged':
      return matchesPatterns(facts.tag, list);
    case 'exec':
      return facts.succeeds(value);
    default:
      return false;
  }
}
