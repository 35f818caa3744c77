import os from 'node:os';
import { checkTarget, formatTarget, type Target } from '../target.ts';
import { configFiles, evaluateConfig, type HostQuery } from './evaluate-config.ts';
import { type HostOptions, hostOptions, type RawSource } from './host-options.ts';
import { configFault } from './parse-config.ts';
import type { Person } from './person.ts';
import { askSshProgram } from './ssh-program.ts';

export interface LoadedOptions {
  readonly options: HostOptions;
  /** Who read the configuration, for people. */
  readonly by: 'ssh -G' | 'Gaffer';
}

/** Reads the configuration anew, so that edits count. Throws LinkFault `configuration`, or the signal's reason. */
export async function loadHostOptions(
  target: Target,
  person: Person,
  signal: AbortSignal,
): Promise<LoadedOptions> {
  const query = { alias: target.hostname, user: target.username, port: target.port };
  const source = (await fromProgram(query, person, signal)) ?? (await fromFiles(query, person, signal));
  const options = hostOptions(source, query, person);
  const { hostname, port, user: username } = options;
  const checked = checkTarget({ hostname, port, username });
  if (!checked.ok) throw configFault(source.at, `${formatTarget(target)}: ${checked.error}`);
  return { options, by: source.isExpanded ? 'ssh -G' : 'Gaffer' };
}

/** OpenSSH looks for everything at the home of the account. Another home is ours to read. */
async function fromProgram(
  query: HostQuery,
  person: Person,
  signal: AbortSignal,
): Promise<RawSource | null> {
  if (person.home !== os.userInfo().homedir) return null;
  const raw = await askSshProgram(query, person, signal);
  return raw && { raw, isExpanded: true, at: 'ssh -G' };
}

async function fromFiles(query: HostQuery, person: Person, signal: AbortSignal): Promise<RawSource> {
  const raw = await evaluateConfig(configFiles(person), query, person, signal);
  return { raw, isExpanded: false, at: configFiles(person)[0]?.file ?? '~/.ssh/config' };
}
