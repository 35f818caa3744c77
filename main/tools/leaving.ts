import type { AgentClient } from '../agent-client/client.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';

/** The same connection; `onLeave` hears, before it goes, of each request that may change something there. */
export function tellingLeave(connection: WorkspaceConnection, onLeave: () => void): WorkspaceConnection {
  const { client } = connection;
  const leaving = <R>(send: () => Promise<R>): Promise<R> => {
    onLeave();
    return send();
  };
  const telling: AgentClient = {
    ...client,
    writeFile: (path, content, call) => leaving(() => client.writeFile(path, content, call)),
    editFiles: (request, call) => leaving(() => client.editFiles(request, call)),
    startProcess: (request, call) => leaving(() => client.startProcess(request, call)),
    signalProcess: (id, signal, call) => leaving(() => client.signalProcess(id, signal, call)),
  };
  return { ...connection, client: telling };
}
