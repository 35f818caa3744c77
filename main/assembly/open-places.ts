import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OwnerId } from '@shared/model/ids.ts';
import { createHosts } from '../agent-client/hosts.ts';
import { startLocalAgent } from '../agent-client/local.ts';
import { failpointEnv } from '../base/failpoints.ts';
import { createGit, type Git } from '../git/git.ts';
import { createAsker } from '../ssh/asker.ts';
import { listConfiguredHosts } from '../ssh/config/list-configured-hosts.ts';
import { personHere } from '../ssh/config/person.ts';
import { unanswered } from '../ssh/questions.ts';
import { createRemembered } from '../ssh/remembered.ts';
import { createRuntimes } from '../ssh/runtime/runtimes.ts';
import { nameOfTarget } from '../ssh/target.ts';
import { createPlaces, type Workspaces } from '../workspaces/registry.ts';
import { createTerminals } from '../workspaces/terminals.ts';
import { closers, inOrder } from './in-order.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { DaemonOptions, DaemonStore } from './options.ts';

/** Where agents work: this computer, hosts, and the list of workspaces on them. */
export function openPlaces(
  options: DaemonOptions,
  of: { store: DaemonStore; ownerId: OwnerId; machineId: string | null; secrets: KnownSecrets },
) {
  const { agentFile, homeDir, env, clock, random, log, attended } = options;
  const person = personHere(homeDir, env);
  const remembered = createRemembered(options.secrets);
  of.secrets.know(() => remembered.known());
  const asker = createAsker({ remembered, random, log });
  const hosts = createHosts({
    agentFile,
    person,
    questions: attended ? asker : unanswered,
    ...(env['GAFFER_REMOTE_HOME'] ? { remoteHome: env['GAFFER_REMOTE_HOME'] } : {}),
    runtimes: createRuntimes({ dir: path.join(options.dataDir, 'runtimes'), env, home: homeDir }),
    clock,
    random,
    log,
  });
  const loadConfigured = () => listConfiguredHosts(person);
  const places = createPlaces({
    ...of,
    mask: of.secrets.mask,
    hosts,
    startLocal: localStarter(options),
    clock,
    log,
    remembered,
    loadConfigured,
    random,
    agentFile,
    templatesDir: path.join(options.dataDir, 'templates'),
    hasLocalRecords: () => existsSync(path.join(homeDir, '.gaffer', 'workspaces')),
  });
  const terminals = createTerminals({ workspaces: places.workspaces, clock, random });
  const git = openGit(options, { ...of, ...places });
  return {
    ...places,
    hosts,
    terminals,
    git,
    remembered,
    asker,
    log,
    watchTrace(target: string, until: AbortSignal) {
      const name = nameOfTarget(target);
      return hosts.watchTrace(name.ok ? name.value : target, until);
    },
    async start() {
      await places.start();
      git.start();
    },
    close: () => inOrder([async () => terminals.end(), ...closers([git, places, hosts])]),
  };
}

function localStarter(options: DaemonOptions) {
  const { agentFile, nodePath, homeDir, clock } = options;
  return (signal: AbortSignal) =>
    startLocalAgent({
      agentFile,
      nodePath,
      ...('electron' in process.versions ? { nodeEnv: { ELECTRON_RUN_AS_NODE: '1' } } : {}),
      home: path.join(homeDir, '.gaffer'),
      firstEnv: failpointEnv(),
      clock,
      signal,
    });
}

/** Git with the person's accounts. Their tokens are masked as soon as they are known. */
function openGit(
  options: DaemonOptions,
  of: {
    store: DaemonStore;
    ownerId: OwnerId;
    machineId: string | null;
    secrets: KnownSecrets;
    workspaces: Workspaces;
  },
): Git {
  const git = createGit({ ...options, ...of, secrets: options.secrets, fetch: globalThis.fetch });
  of.secrets.know(() => git.accounts.knownSecrets());
  return git;
}
