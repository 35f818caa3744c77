import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Sshd, type SshdOptions, startSshd } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { unanswered } from '../ssh/questions.ts';
import { newPerson, targetOf } from '../ssh/test-connect.ts';
import { createHosts, type HostConfig, type HostsDeps, type RemoteHost } from './hosts.ts';

/** A real SSH server and a host of ours there, gone when the test is over. The agent is the test's to end. */
export interface TestPlace {
  readonly sshd: Sshd;
  readonly host: RemoteHost;
  readonly config: HostConfig;
  readonly deps: HostsDeps;
  /** For files of the test. */
  readonly dir: string;
  /** Every time that an agent was ready: whether it had to be uploaded, and the way to it. */
  readonly reached: readonly { readonly uploaded: unknown; readonly way: unknown }[];
}

/** `base`: a directory of the test file. */
export async function newTestPlace(
  base: string,
  options: SshdOptions,
  change: Partial<HostsDeps & HostConfig> & Pick<HostsDeps, 'agentFile'>,
): Promise<TestPlace> {
  const sshd = await startSshd(options);
  onTestFinished(() => sshd.dispose());
  const dir = await mkdtemp(path.join(base, 'place '));
  const reached: TestPlace['reached'][number][] = [];
  const deps: HostsDeps = {
    person: await newPerson(dir, [sshd]),
    questions: unanswered,
    remoteHome: path.join(dir, 'remote home'),
    clock: systemClock,
    random: systemRandom,
    log: {
      ...silentLog,
      info: (message, fields) => {
        if (message === 'ssh: agent ready') reached.push({ uploaded: fields?.uploaded, way: fields?.way });
      },
    },
    ...change,
  };
  const config = { target: targetOf(sshd), identityFile: change.identityFile ?? sshd.clientKey };
  const hosts = createHosts(deps);
  onTestFinished(() => hosts.close());
  return { sshd, host: hosts.host(config), config, deps, dir, reached };
}
