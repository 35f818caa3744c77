import type { ChatId, RunnerId, ToolKey } from '@shared/model/ids.ts';
import { asId } from '@shared/model/ids.ts';
import type { AgentClient } from '../../agent-client/client.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { WorkspaceConnection } from '../../workspaces/connection.ts';
import type { RunContext } from '../run-tool.ts';

/** An agent that answers what the test gives it and refuses, as a bug, everything else. */
export function fakeAgent(answers: Partial<AgentClient> = {}): AgentClient {
  const refuse = (name: string) => () => Promise.reject(new Error(`The test did not expect ${name}.`));
  return {
    hello: refuse('hello'),
    stat: refuse('stat'),
    readFile: refuse('readFile'),
    readLines: refuse('readLines'),
    writeFile: refuse('writeFile'),
    editFiles: refuse('editFiles'),
    listDirectory: refuse('listDirectory'),
    search: refuse('search'),
    glob: refuse('glob'),
    startProcess: refuse('startProcess'),
    listProcesses: refuse('listProcesses'),
    processOutput: refuse('processOutput'),
    spool: refuse('spool'),
    signalProcess: refuse('signalProcess'),
    openTerminal: refuse('openTerminal'),
    listTerminals: refuse('listTerminals'),
    terminalOutput: refuse('terminalOutput'),
    writeTerminal: refuse('writeTerminal'),
    resizeTerminal: refuse('resizeTerminal'),
    closeTerminal: refuse('closeTerminal'),
    gitStatus: refuse('gitStatus'),
    gitDiff: refuse('gitDiff'),
    gitSnapshot: refuse('gitSnapshot'),
    gitIgnored: refuse('gitIgnored'),
    gitHead: refuse('gitHead'),
    answerCredentials: refuse('answerCredentials'),
    events: () => {
      throw new Error('The test did not expect events.');
    },
    shutdown: refuse('shutdown'),
    ...answers,
  };
}

export function connectionTo(
  client: AgentClient,
  more: Partial<WorkspaceConnection> = {},
): WorkspaceConnection {
  return {
    client,
    directory: '/work/place',
    host: 'this computer',
    platform: 'linux',
    link: null,
    ...more,
  };
}

export function runContext(connection: WorkspaceConnection, more: Partial<RunContext> = {}): RunContext {
  const clock: Clock = systemClock;
  return {
    connect: () => Promise.resolve(connection),
    chatId: asId<ChatId>('6a7b1c1e-0000-4000-8000-000000000001'),
    runnerId: asId<RunnerId>('6a7b1c1e-0000-4000-8000-000000000002'),
    key: asId<ToolKey>('installation:chat:1:0'),
    signal: new AbortController().signal,
    clock,
    onProcess: () => Promise.resolve(),
    contextLimit: null,
    mask: (text) => text,
    log: silentLog,
    ...more,
  };
}
