import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { ToolResultPart } from '@shared/model/part.ts';
import type { ChatView } from '@shared/model/reducer.ts';
import type { ModelEvent, ModelRequest } from '../../models/port.ts';
import { calls, FINISH, type Script, says, type TestChatd, type Watching } from '../test-chatd.ts';

type Answer = readonly ModelEvent[] | ((request: ModelRequest) => readonly ModelEvent[]);

/** Answers the nth call with the nth answer. */
export function inTurn(...answers: readonly Answer[]): Script {
  let n = 0;
  return async function* (request) {
    const answer = answers[n++] ?? says('nothing left to say');
    yield* typeof answer === 'function' ? answer(request) : answer;
  };
}

/** A model per chat: it is known by the message that its chat begins with. */
export function byTask(scripts: Readonly<Record<string, Script>>): Script {
  return (request, signal) => {
    const script = scripts[taskOf(request)];
    if (!script) throw new Error(`no script for ${taskOf(request)}`);
    return script(request, signal);
  };
}

export function taskOf({ messages }: ModelRequest): string {
  const first = messages.find((m) => m.role === 'user')?.content[0];
  return first?.type === 'text' ? first.text : '';
}

/** What the tools of the last step answered, in call order. */
export function resultsIn({ messages }: ModelRequest): readonly Record<string, unknown>[] {
  const last = messages.findLast((m) => m.role === 'tool');
  return (last?.results ?? []).map((result) => JSON.parse(result.output) as Record<string, unknown>);
}

export const spawn = (...prompts: readonly string[]) =>
  calls(...prompts.map((prompt) => ['spawn_agent', { prompt }] as const));

/** Asks a tool about every chat that the last step named. */
export function each(tool: string, more: object = {}): Answer {
  return (request) =>
    calls(...resultsIn(request).map(({ chat_id }) => [tool, { chat_id, ...more }] as const));
}

export function hanging(...deltas: readonly string[]) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script: Script = async function* (_request, signal) {
    for (const delta of deltas) yield { type: 'text', block: 0, delta };
    await Promise.race([
      released,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    ]);
    yield FINISH;
  };
  return { script, release: () => release() };
}

export const toolResults = (view: ChatView) =>
  view.messages.flatMap((m) => m.content).filter((p): p is ToolResultPart => p.type === 'tool-result');
export const isIdle = (view: ChatView) => view.status === 'waiting';
export const isWaitingFor =
  (tool: string, count = 1) =>
  (view: ChatView) =>
    view.calls.filter((call) => call.tool === tool && call.state === 'dispatched').length === count;

export async function childrenOf(chatd: TestChatd, chatId: ChatId): Promise<readonly ChatSummary[]> {
  return chatd.store.call('listChildren', { chatId, ownerId: chatd.ownerId });
}

export async function onlyChildOf(chatd: TestChatd, chatId: ChatId): Promise<ChatSummary> {
  const [child, ...others] = await childrenOf(chatd, chatId);
  if (!child || others.length > 0) throw new Error(`${chatId} has not one child`);
  return child;
}

/** A root chat, and a model for it that spawns `task` and waits for it. */
export async function startWaiting(
  chatd: TestChatd,
  task: string,
  wait: object = {},
): Promise<{ root: ChatId; watching: Watching; lead: Script }> {
  const root = await chatd.create('lead');
  const lead = inTurn(spawn(task), each('wait_agent', wait), says('end of the lead'));
  return { root, watching: chatd.watch(root), lead };
}
