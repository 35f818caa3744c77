import type { ExecOptions } from 'ssh2';
import { homeWord } from './bootstrap-script.ts';
import type { HopConnection } from './hop-connection.ts';
import { mendHome } from './probe-functions.ts';
import { inStage } from './stage.ts';
import type { Trace } from './trace.ts';
import { waitFor } from './wait-for.ts';

/**
 * Lets the host use the ssh-agent that the connection was given, for as long as the connection stands. A link below the
 * home of our agent leads to it, so that what runs there finds it also after the next connection. A server that
 * forbids it forbids no more than that.
 */
export function forwardAgent(
  host: HopConnection,
  agentHome: string,
  trace: Trace,
  signal: AbortSignal,
): Promise<void> {
  const asking = { stage: 'forwarding', hop: host.name, summary: 'Lending it the ssh-agent.' } as const;
  return inStage(trace, asking, async (stage) => {
    signal.throwIfAborted();
    const isLent = await waitFor(lend(host, linkScript(agentHome)), signal);
    stage.ok(
      isLent
        ? `${host.name} may use the ssh-agent.`
        : `${host.name} may not use the ssh-agent: its sshd_config needs "AllowAgentForwarding yes".`,
    );
  });
}

/** As the agent there names its directory for this machine. */
function linkScript(agentHome: string): string {
  return `${mendHome}
run=${homeWord(agentHome)}/run/$(uname -n | sed 's/[^A-Za-z0-9_.-]/_/g')
umask 077
[ -n "\${SSH_AUTH_SOCK:-}" ] && mkdir -p "$run" && ln -sf "$SSH_AUTH_SOCK" "$run/ssh-agent"
`;
}

/** Its types do not know what it can. */
const LENDING = { agentForward: true } as ExecOptions;

/** ssh2 asks together with a command only; every later one has the same SSH_AUTH_SOCK. */
function lend({ client, closed }: HopConnection, script: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    void closed.then(reject);
    try {
      client.exec('exec /bin/sh', LENDING, (error, channel) => {
        if (error) return setImmediate(() => resolve(false));
        let code: number | null = null;
        channel.on('exit', (given: number | null) => {
          code = given;
        });
        channel.on('close', () => resolve(code === 0));
        channel.resume().stderr.resume();
        channel.end(script);
      });
    } catch {
      // ssh2 throws when the connection is gone already: `closed` follows, and tells why.
    }
  });
}
