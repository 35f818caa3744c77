import type { CredentialAsk } from '@shared/agent-protocol/credentials.ts';
import { asId, type ChatId, type WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { z } from 'zod';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import { isAway } from '../workspaces/away.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';
import { followAgent } from '../workspaces/follow-agent.ts';
import type { Answerer, Machine } from './answer-ask.ts';

/** What git said of where it runs, with its question. */
export interface GitPlace {
  /** Null: the process is no chat's. */
  readonly chatId: ChatId | null;
  readonly workspaceIds: readonly WorkspaceId[];
  readonly directory: string;
  readonly branch: string;
  readonly origin: string;
}

export interface FollowDeps {
  readonly workspaces: {
    watch(signal: AbortSignal): AsyncIterable<readonly WorkspaceSummary[]>;
    connectionFor(id: WorkspaceId): Promise<WorkspaceConnection>;
  };
  /** What this computer is called in what is remembered. */
  readonly thisMachine: string;
  readonly answer: Answerer;
  onPlace(place: GitPlace): Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One loop for each machine that is reached anyway: none is connected to for this. Resolves when the signal aborts. */
export async function followAsks(deps: FollowDeps, signal: AbortSignal): Promise<void> {
  const followed = new Map<string, { readonly left: AbortController; readonly done: Promise<void> }>();
  let list: readonly WorkspaceSummary[] = [];
  for await (const now of deps.workspaces.watch(signal)) {
    list = now;
    const up = new Map(list.filter(isReached).map((one) => [idOf(deps, one), one.host]));
    for (const [id, { left }] of followed) if (!up.has(id)) left.abort();
    for (const [id, name] of up) {
      if (followed.has(id)) continue;
      const left = new AbortController();
      const on = {
        id,
        name,
        workspaces: () => list.filter((one) => isReached(one) && idOf(deps, one) === id),
      };
      const done = followMachine(deps, on, AbortSignal.any([signal, left.signal]));
      followed.set(id, { left, done });
      void done.finally(() => followed.delete(id));
    }
  }
  await Promise.all([...followed.values()].map(({ done }) => done));
}

function isReached({ link, state }: WorkspaceSummary): boolean {
  return link.state === 'up' && state === 'running';
}

function idOf({ thisMachine }: FollowDeps, { hostId }: WorkspaceSummary): string {
  return hostId ?? thisMachine;
}

interface On extends Machine {
  /** As they are now. */
  workspaces(): readonly WorkspaceSummary[];
}

async function followMachine(deps: FollowDeps, on: On, signal: AbortSignal): Promise<void> {
  const running = new Map<string, AbortController>();
  const tasks = new Set<Promise<void>>();
  const connect = async () => {
    const [workspace] = on.workspaces();
    if (!workspace) throw new DOMException('No workspace is left there.', 'AbortError');
    return deps.workspaces.connectionFor(workspace.id);
  };
  try {
    const request = { credentials: true };
    for await (const event of followAgent({ connect, clock: deps.clock, request }, signal)) {
      if (event.type !== 'credentials') continue;
      const open = new Set(event.asks.map(({ id }) => id));
      for (const [id, controller] of running) {
        if (open.has(id)) continue;
        running.delete(id);
        controller.abort(withdrawn());
      }
      for (const ask of event.asks) {
        if (running.has(ask.id)) continue;
        const controller = new AbortController();
        running.set(ask.id, controller);
        const until = AbortSignal.any([signal, controller.signal]);
        const task = serve(deps, on, { ask, connect }, until).then((isOver) => {
          tasks.delete(task);
          // The connection broke: what is still asked comes again with the next one.
          if (!isOver) running.delete(ask.id);
        });
        tasks.add(task);
      }
    }
  } catch (error) {
    if (!signal.aborted) deps.log.warn('Git on a machine is not followed.', errorFields(error));
  } finally {
    for (const controller of running.values()) controller.abort(withdrawn());
    await Promise.all(tasks);
  }
}

function withdrawn(): DOMException {
  return new DOMException('Git waits no longer.', 'AbortError');
}

interface Serving {
  readonly ask: CredentialAsk;
  connect(): Promise<{ readonly client: AgentClient }>;
}

/** False: the connection broke before the answer was taken. */
async function serve(
  deps: FollowDeps,
  on: On,
  { ask, connect }: Serving,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const chatId = chatOf(ask);
    const { client } = await connect();
    const place = {
      chatId,
      workspaceIds: on
        .workspaces()
        .filter(concerned(ask, chatId))
        .map(({ id }) => id),
    };
    const { directory, branch, origin } = ask;
    if (branch !== '' || origin !== '') await deps.onPlace({ ...place, directory, branch, origin });
    const tell = (answer: Parameters<AgentClient['answerCredentials']>[0]['answer']) =>
      client.answerCredentials({ id: ask.id, answer }, { signal });
    await tell(await deps.answer({ ask, chatId, machine: on }, tell, signal));
    return true;
  } catch (error) {
    const gone = error instanceof AgentError && error.code === 'not-found';
    if (signal.aborted || gone) return true;
    if (!isAway(error)) deps.log.warn('Git was not answered.', errorFields(error));
    return !isAway(error);
  }
}

/** What the environment of a process says is anybody's word. */
function chatOf({ chat_id }: CredentialAsk): ChatId | null {
  return z.uuid().safeParse(chat_id).success ? asId<ChatId>(chat_id ?? '') : null;
}

/** Of a chat: its own, if it is on this machine. Else the workspaces in which git runs. */
function concerned(
  { directory }: CredentialAsk,
  chatId: ChatId | null,
): (one: WorkspaceSummary) => boolean {
  if (chatId !== null) return () => true;
  return (one) =>
    directory === one.directory || directory.startsWith(`${one.directory.replace(/\/$/, '')}/`);
}
