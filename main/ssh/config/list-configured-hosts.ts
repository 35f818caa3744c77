import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseTarget } from '../target.ts';
import { type ConfigFile, configFiles } from './evaluate-config.ts';
import { findFiles } from './find-files.ts';
import { type Directive, parseConfig } from './parse-config.ts';
import type { Person } from './person.ts';
import { expandHome } from './tokens.ts';

/** A name of the person's SSH configuration. */
export interface ConfiguredHost {
  readonly name: string;
  /** Where it leads, as far as its own block says so: "dev@10.0.4.7". */
  readonly leadsTo: string | null;
}

const MAX_DEPTH = 16;

/** Every name that can be chosen, in the order of the files. What cannot be read there is left out: connecting tells. */
export async function listConfiguredHosts(person: Person): Promise<readonly ConfiguredHost[]> {
  const found = new Map<string, ConfiguredHost>();
  for (const file of configFiles(person)) {
    for (const host of hostsIn(await readLines(file, person, 0))) {
      if (!found.has(host.name)) found.set(host.name, host);
    }
  }
  return [...found.values()];
}

/** With the lines of included files in the place of the `Include`. */
async function readLines(
  { file, includesFrom }: ConfigFile,
  person: Person,
  depth: number,
): Promise<readonly Directive[]> {
  const lines = await parse(file);
  const parts = lines.map(async (line) => {
    if (line.keyword !== 'include' || depth >= MAX_DEPTH) return [line];
    const patterns = line.args.map((pattern) =>
      path.resolve(includesFrom, expandHome(pattern, person.home)),
    );
    const files = (await Promise.all(patterns.map(findFiles))).flat();
    const inner = await Promise.all(
      files.map((one) => readLines({ file: one, includesFrom }, person, depth + 1)),
    );
    return inner.flat();
  });
  return (await Promise.all(parts)).flat();
}

async function parse(file: string): Promise<readonly Directive[]> {
  try {
    return parseConfig(await readFile(file, 'utf8'), file);
  } catch {
    return [];
  }
}

function hostsIn(lines: readonly Directive[]): readonly ConfiguredHost[] {
  const starts = lines.flatMap((line, at) => (['host', 'match'].includes(line.keyword) ? [at] : []));
  return starts.flatMap((start, index) => {
    const line = lines[start];
    if (line?.keyword !== 'host') return [];
    const block = lines.slice(start + 1, starts[index + 1] ?? lines.length);
    return line.args.filter(isName).map((name) => ({ name, leadsTo: leadsTo(name, block) }));
  });
}

/** Patterns are not names, and what could not be asked for is no choice. */
function isName(pattern: string): boolean {
  return !/[*?!]/.test(pattern) && parseTarget(pattern).ok;
}

function leadsTo(name: string, block: readonly Directive[]): string | null {
  const first = (keyword: string) => block.find((line) => line.keyword === keyword)?.args[0];
  const hostname = first('hostname')?.replaceAll('%h', name);
  const user = first('user');
  const port = first('port');
  const tail = port === undefined || port === '22' ? '' : `:${port}`;
  const place = `${user === undefined ? '' : `${user}@`}${hostname ?? name}${tail}`;
  return place === name ? null : place;
}
