import type { ExecOptions } from 'ssh2';
import type { HopConnection } from './hop-connection.ts';
import { inStage } from './stage.ts';
import type { Trace } from './trace.ts';
import { waitFor } from './wait-for.ts';

/**
 * Lets the host use the ssh-agent that the connection was given, for as long as the connection stands: every command
 * after this one has its SSH_AUTH_SOCK. A server that forbids it forbids no more than that.
 */
export function forwardAgent(host: HopConnection, trace: Trace, signal: AbortSignal): Promise<void> {
  const asking = { stage: 'forwarding', hop: host.name, summary: 'Lending it the ssh-agent.' } as const;
  return inStage(trace, asking, async (stage) => {
    signal.throwIfAborted();
    const isLent = await waitFor(requestForwarding(host), signal);
    stage.ok(
      isLent
        ? `${host.name} may use the ssh-agent.`
        : `${host.name} may not use the ssh-agent: its sshd_config needs "AllowAgentForwarding yes".`,
    );
  });
}

/** Its types do not know what it can. */
const LENDING = { agentForward: true } as ExecOptions;

/** ssh2 asks together with a command only. */
function requestForwarding({ client, closed }: HopConnection): Promise<boolean> {
  return new Promise((resolve, reject) => {
    void closed.then(reject);
    try {
      client.exec('exit 0', LENDING, (error, channel) => {
        if (error) return setImmediate(() => resolve(false));
        channel.on('close', () => resolve(true));
        channel.resume().stderr.resume();
      });
    } catch {
      // ssh2 throws when the connection is gone already: `closed` follows, and tells why.
    }
  });
}
