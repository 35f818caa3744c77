import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { type Sshd, sshdMissing, startSshAgent, startSshd } from '../../e2e/fixtures/sshd.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { LinkFault } from '../ssh/fault.ts';
import { unanswered } from '../ssh/questions.ts';
import { hostBlock, newPerson, targetOf } from '../ssh/test-connect.ts';
import { createHosts, type HostConfig, type Hosts, type RemoteHost } from './hosts.ts';

const missing = sshdMissing();
const never = new AbortController().signal;

describe(`hosts by name${missing ? ` [not here: ${missing}]` : ''}`, () => {
  let dir: string;
  let agentFile: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'gaffer-hosts-'));
    agentFile = await buildAgent(path.join(dir, 'bundle'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }));

  const start = async (): Promise<Sshd> => {
    const sshd = await startSshd();
    onTestFinished(() => sshd.dispose());
    return sshd;
  };
  const open = async (servers: readonly Sshd[], config: string, env = {}): Promise<Hosts> => {
    const home = await mkdtemp(path.join(dir, 'home '));
    const hosts = createHosts({
      agentFile,
      person: await newPerson(home, servers, { config, env }),
      questions: unanswered,
      remoteHome: path.join(home, 'there'),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    });
    onTestFinished(() => hosts.close());
    return hosts;
  };
  /** Its agent ends with the test. */
  const use = async (hosts: Hosts, config: HostConfig): Promise<RemoteHost> => {
    const host = hosts.host(config);
    await host.client.hello({ signal: never });
    onTestFinished(() => host.client.shutdown(true, { signal: never }));
    return host;
  };

  test.skipIf(missing)(
    'what commands get there is told with the attempt, once the agent knows',
    async () => {
      const sshd = await start();
      const hosts = await open([sshd], hostBlock('gpu-box', sshd));
      await use(hosts, { target: 'gpu-box', identityFile: null });
      const detail = () => hosts.traceOf('gpu-box')?.stages.find(({ stage }) => stage === 'agent')?.detail;
      await expect.poll(detail, { timeout: 60_000 }).toMatch(/^version .*\nCommands get .*\nPATH=./);
    },
  );

  test.skipIf(missing)(
    'one link for a name; its attempt is told while it runs, and kept when the host is closed',
    async () => {
      const sshd = await start();
      const hosts = await open([sshd], hostBlock('gpu-box', sshd));
      const config = { target: 'gpu-box', identityFile: null };
      const stop = new AbortController();
      const seen: string[] = [];
      const watching = (async () => {
        for await (const trace of hosts.watchTrace('gpu-box', stop.signal)) {
          seen.push(trace === null ? 'none' : trace.outcome);
          if (trace?.outcome === 'ok') stop.abort();
        }
      })();
      const host = await use(hosts, config);
      expect(hosts.host(config)).toBe(host);
      await watching;
      expect(seen[0]).toBe('none');
      expect(seen).toContain('running');
      const stages = hosts.traceOf('gpu-box')?.stages.map(({ stage, state }) => `${stage} ${state}`) ?? [];
      expect(stages.slice(0, 6)).toEqual([
        'configuration ok',
        'name ok',
        'tcp ok',
        'handshake ok',
        'host-key ok',
        'authentication ok',
      ]);
      expect(stages).toContain('agent ok');
    },
  );

  test.skipIf(missing)('a host that was never reached leaves its trace, with one fix', async () => {
    const hosts = await open([], 'Host nowhere\n  HostName gaffer-no-such-host.invalid\n');
    const host = hosts.host({ target: 'nowhere', identityFile: '/no/such/key' });
    await expect(host.client.hello({ signal: never })).rejects.toMatchObject({ code: 'auth' });
    await host.close();
    expect(hosts.traceOf('nowhere')).toMatchObject({
      outcome: 'failed',
      stages: [{ stage: 'configuration', state: 'failed', fix: expect.any(String) }],
    });
    expect(hosts.traceOf('other')).toBeNull();
    expect(() => hosts.host({ target: '-oProxyCommand=x', identityFile: null })).toThrow(LinkFault);
  });

  test.skipIf(missing)('an edit of the configuration counts at the next attempt', async () => {
    const [first, second] = [await start(), await start()];
    const home = await mkdtemp(path.join(dir, 'home '));
    const person = await newPerson(home, [first, second], { config: hostBlock('box', first) });
    const hosts = createHosts({
      agentFile,
      person,
      questions: unanswered,
      remoteHome: path.join(home, 'there'),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    });
    onTestFinished(() => hosts.close());
    const host = await use(hosts, { target: 'box', identityFile: null });
    await newPerson(home, [first, second], { config: hostBlock('box', second) });
    await first.stop();
    host.reconnect();
    await host.client.hello({ signal: never });
    expect((await second.connections()).length).toBeGreaterThan(0);
  });

  test.skipIf(missing)(
    'what runs on a host has the ssh-agent when it is lent, and no longer when it is not',
    async () => {
      const sshd = await start();
      const agent = await startSshAgent(sshd.clientKey);
      onTestFinished(() => agent.dispose());
      const hosts = await open([sshd], 'Host *\n  ForwardAgent yes\n', { SSH_AUTH_SOCK: agent.socket });
      const config = { target: targetOf(sshd), identityFile: null };
      let runs = 0;
      const keysThere = async (forwardAgent?: boolean): Promise<string> => {
        const host = hosts.host({ ...config, ...(forwardAgent === undefined ? {} : { forwardAgent }) });
        const call = { signal: never, key: `agent:${runs++}` };
        const { id } = await host.client.startProcess({ command: 'ssh-add -l 2>&1', workdir: dir }, call);
        return (await host.client.processOutput(id, true, { signal: never })).output;
      };
      await use(hosts, config);
      expect(await keysThere()).not.toContain('ED25519');
      expect(await keysThere(true)).toContain('ED25519');
      expect(await keysThere()).toContain('ED25519');
      // Also over the next connection, whose socket is another one.
      await sshd.cut();
      expect(await keysThere()).toContain('ED25519');
      expect(await keysThere(false)).not.toContain('ED25519');
    },
  );
});
