import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AgentAddress } from '@shared/agent-protocol/index.ts';
import { Bridge } from '../ssh/bridge.ts';
import { AGAIN, closedByUs, LinkFault } from '../ssh/fault.ts';
import type { LinkSession } from '../ssh/link.ts';
import type { CommandRunner } from '../ssh/run-command.ts';
import { createAgentClient, type HttpAgentClient } from './http-client.ts';

export interface ContainerOptions {
  /** The bundled agent on this computer. */
  readonly agentFile: string;
  /** The dev container's folder on its machine. */
  readonly directory: string;
  /** On that machine. */
  readonly run: CommandRunner;
}

/** The agent inside of a dev container, over the stdio bridge of one `devcontainer exec`. */
export interface ContainerSession extends LinkSession {
  readonly client: HttpAgentClient;
  /** As `Hello`: a container that was made anew has another one. */
  readonly journal: string;
  /** Of the project, inside. */
  readonly directory: string;
  /** `broken` did not answer: ends this session, so that the link opens the next one. */
  renew(broken: HttpAgentClient): Promise<void>;
  /** As RemoteSession. */
  end(fault: LinkFault): void;
}

const NO_NODE = 3;
const READ_LIMIT = 1024 * 1024;

/**
 * Copies the agent in (its standard input), unless it is there, and starts it. The last two lines that it prints are the
 * directory and the agent's address: whatever a shell of the container prints stands before.
 */
const SERVE = `set -e
dir=$HOME/.gaffer/agent/$1
if [ -s "$dir/agent.cjs" ]; then cat >/dev/null; else
  umask 077
  mkdir -p "$dir"
  cat >"$dir/agent.$$"
  mv -f "$dir/agent.$$" "$dir/agent.cjs"
fi
command -v node >/dev/null || exit ${NO_NODE}
pwd -P
exec node "$dir/agent.cjs" serve --home "$HOME/.gaffer"
`;

const BRIDGE = 'exec node "$HOME/.gaffer/agent/$1/agent.cjs" bridge --home "$HOME/.gaffer"';

/** Throws LinkFault, or the signal's reason. */
export async function openContainerSession(
  { agentFile, directory, run }: ContainerOptions,
  signal: AbortSignal,
): Promise<ContainerSession> {
  const agent = await readFile(agentFile);
  const version = createHash('sha256').update(agent).digest('hex').slice(0, 16);
  const inside = (script: string) => [
    'devcontainer',
    'exec',
    '--workspace-folder',
    directory,
    'sh',
    '-c',
    script,
    'sh',
    version,
  ];
  const serving = await run(inside(SERVE), signal);
  const said = readWhole(serving.stream);
  serving.stream.end(agent);
  const [stdout, { code, stderr }] = await Promise.all([said, serving.ended]);
  signal.throwIfAborted();
  if (code !== 0) throw faultOf(code, `${stderr}\n${stdout}`);
  const { folder, address } = parseServed(stdout);
  const bridge = new Bridge(await run(inside(BRIDGE), signal));
  return liveSession(bridge, folder, address);
}

function liveSession(bridge: Bridge, folder: string, { token, journal }: AgentAddress): ContainerSession {
  const client = createAgentClient({ token, connect: () => bridge.connect() });
  let end: (fault: LinkFault) => void = () => undefined;
  const closed = new Promise<LinkFault>((resolve) => {
    end = resolve;
  });
  void bridge.closed.then((reason) => end(new LinkFault('closed', reason.message, null, AGAIN)));
  const close = () => {
    client.close();
    bridge.close();
    end(closedByUs('The connection to the container was closed.'));
  };
  return {
    client,
    journal,
    directory: folder,
    closed,
    renew: async () => close(),
    end,
    async check(signal) {
      await client.hello({ signal });
    },
    close: async () => close(),
  };
}

function parseServed(stdout: string): { folder: string; address: AgentAddress } {
  const lines = stdout.trimEnd().split('\n');
  const [folder = '', last = ''] = lines.slice(-2);
  try {
    return { folder, address: JSON.parse(last) as AgentAddress };
  } catch {
    throw new LinkFault(
      'agent',
      'The workspace agent in the container said nothing that can be read.',
      stdout,
      'Look at what the shell of the container prints when it starts.',
    );
  }
}

/** For good, until somebody starts the container: asking again would not help. */
function faultOf(code: number | null, said: string): LinkFault {
  const detail = said.trim().slice(-2_000) || null;
  if (code === NO_NODE) {
    return new LinkFault(
      'agent',
      'There is no Node.js in the container.',
      detail,
      'Add the feature ghcr.io/devcontainers/features/node to its devcontainer.json.',
    );
  }
  if (code === 127) {
    return new LinkFault(
      'agent',
      'The dev container CLI is not installed there.',
      detail,
      'Install it: npm install --global @devcontainers/cli.',
    );
  }
  return new LinkFault(
    'agent',
    'The container does not run, or its agent does not start.',
    detail,
    'Start the workspace.',
  );
}

function readWhole(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= READ_LIMIT) chunks.push(chunk);
    });
    const done = () => resolve(Buffer.concat(chunks).toString('utf8'));
    for (const event of ['end', 'close', 'error']) stream.once(event, done);
    stream.resume();
  });
}
