import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { accountMissing } from '../../e2e/fixtures/ssh-account.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { createAgentClient } from '../agent-client/http-client.ts';
import { reachAgent } from './reach-agent.ts';
import { depsFor, endLater, loadAgent, newDirectory, openHost } from './test-host.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const never = new AbortController().signal;

/** What each reads first, and prints its own noise from there. */
const shells: readonly (readonly [string, string, string])[] = [
  ['/bin/bash', '.bashrc', 'printf "bash says: "; echo hello'],
  ['/bin/dash', '.profile', 'echo never read'],
  ['/usr/bin/zsh', '.zshenv', 'echo "zsh says hello"; setopt shwordsplit'],
  ['/usr/bin/fish', '.config/fish/config.fish', 'echo "fish says hello"; printf "no line end"'],
  ['/usr/bin/tcsh', '.cshrc', 'echo "csh says hello"; set noclobber'],
];
const missing = sshdMissing() ?? accountMissing();

describe.each(shells)('a host whose login shell is %s', (shell, file, noise) => {
  const why = missing ?? (existsSync(shell) ? null : `${shell} is not installed`);
  const not = why === null ? '' : ` [not here: ${why}]`;

  test.skipIf(why)(
    `and talks, in a home with blanks and quotes, without SFTP or forwarding${not}`,
    async () => {
      const agent = await loadAgent(path.join(await newDirectory(), 'bundle'));
      const { session, sshd } = await openHost({
        sftp: false,
        config: ['DisableForwarding yes'],
        account: { shell, home: 'it is "Üni" home' },
      });
      const home = sshd.home ?? '';
      await mkdir(path.dirname(path.join(home, file)), { recursive: true });
      await writeFile(path.join(home, file), `${noise}\n`);
      const { address, way, uploaded } = await reachAgent(
        session,
        depsFor(agent, '~/.gaffer'),
        null,
        never,
      );
      endLater(address);
      expect([way.name, uploaded]).toEqual(['bridge', true]);
      const client = createAgentClient({ token: address.token, connect: () => way.connect() });
      expect(await client.hello({ signal: never })).toMatchObject({ home, shell });
      const command = { command: 'pwd', workdir: home };
      const { id } = await client.startProcess(command, { signal: never, key: 'shells' });
      expect((await client.processOutput(id, true, { signal: never })).output).toBe(`${home}\n`);
      expect(existsSync(path.join(home, '.gaffer/agent'))).toBe(true);
      client.close();
      way.close();
    },
  );
});
