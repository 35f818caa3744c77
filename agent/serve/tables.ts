import type { EnvironmentResponse } from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import type { TokenMask } from '../base/mask-tokens.ts';
import { KnownEnv } from '../processes/known-env.ts';
import { withLentAgent } from '../processes/lent-agent.ts';
import { loginShell } from '../processes/login-env.ts';
import { ProcessTable } from '../processes/process-table.ts';
import { TerminalTable } from '../terminals/terminal-table.ts';
import { addressOfOther } from './address-file.ts';
import { openAskpass } from './askpass-script.ts';

export interface TablesOptions {
  readonly home: Home;
  readonly agentFile: string;
  readonly version: string;
  readonly mask: TokenMask;
  /** Of this agent. */
  readonly token: string;
}

/** What runs here; both with the environment of one login. */
export async function openTables({ home, agentFile, version, mask, token }: TablesOptions) {
  const loginEnv = new KnownEnv();
  const baseEnv = async () => withLentAgent(await loginEnv.get(), home);
  const { env: askpass, processOf } = openAskpass({ home, agentFile, version, secret: token });
  const processes = new ProcessTable({ home, agentFile, baseEnv, mask, askpass });
  const terminals = new TerminalTable({
    dir: home.terminals,
    agentFile,
    shell: loginShell(),
    baseEnv,
    reaches: (pid) => addressOfOther(home, pid) !== null,
  });
  await Promise.all([processes.open(), terminals.sweep()]);
  const environment = async (): Promise<EnvironmentResponse> => {
    const { env, failure } = await loginEnv.tell();
    return { shell: loginShell(), path: env.PATH ?? '', failure };
  };
  return { processes, terminals, baseEnv, environment, processOfToken: processOf };
}
