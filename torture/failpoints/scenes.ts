import fs from 'node:fs';
import path from 'node:path';
import type { Message } from '../../shared/model/message.ts';
import type { Failpoint } from '../../shared/util/failpoints.ts';
import type { Asked, Reply } from '../harness/chat-server.ts';
import type { ChatAtRest } from './life.ts';

export const TOOLS = ['write_file', 'edit_files', 'execute', 'spawn_agent', 'message_agent'] as const;
export type ToolName = (typeof TOOLS)[number];

/** Where a tool never passes, and why. Everything else is tried. */
const OF_ROWS: readonly Failpoint[] = [
  'before-commit-step',
  'before-ledger-insert',
  'after-ledger-insert',
  'after-commit-step',
  'before-dispatch',
  'after-dispatch',
  'before-effect',
  'after-effect',
  'before-commit-results',
  'after-commit-results',
];
const OF_COMMANDS: readonly Failpoint[] = [
  'before-spawn',
  'after-spawn',
  'launcher-before-started',
  'launcher-after-started',
];

export function passes(tool: ToolName, point: Failpoint): boolean {
  // Their effect and its record are one transaction of the database: no agent, no journal, no settling.
  if (tool === 'spawn_agent' || tool === 'message_agent') return OF_ROWS.includes(point);
  if (tool === 'execute') return point !== 'mid-effect';
  return !OF_COMMANDS.includes(point);
}

const OF_AGENT: readonly Failpoint[] = [
  'before-intent',
  'after-intent',
  'mid-effect',
  'before-result',
  'after-result',
  'before-reply',
  'after-reply',
  ...OF_COMMANDS,
];

/** Which process dies there. A launcher is one of the agent's. */
export function victimOf(tool: ToolName, point: Failpoint): 'daemon' | 'agent' | 'launcher' {
  if (point.startsWith('launcher-')) return 'launcher';
  const isRow = tool === 'spawn_agent' || tool === 'message_agent';
  if (!isRow && (point === 'before-effect' || point === 'after-effect')) return 'agent';
  return OF_AGENT.includes(point) ? 'agent' : 'daemon';
}

export const CHILD_TASK = 'CHILD TASK: say something.';
export const CHILD_MESSAGE = 'CHILD MESSAGE: say it again.';

/** The model: calls the tool that the person's message names, once, and ends. */
export async function answer({ messages }: Asked, reply: Reply): Promise<void> {
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  if (asked.includes('CHILD')) {
    reply.say('The child is done.');
    reply.finish();
    return;
  }
  const results = messages.filter(({ role }) => role === 'tool');
  const tool = TOOLS.find((name) => asked.includes(name)) ?? 'execute';
  const calls = tool === 'message_agent' ? (['spawn_agent', 'message_agent'] as const) : [tool];
  const next = calls[results.length];
  if (next === undefined) {
    reply.say('All is done.');
    reply.finish();
    return;
  }
  const child = /"chat_id":"([^"]+)"/.exec(results[0]?.content ?? '')?.[1] ?? '';
  reply.callTool(0, { id: 'call_0', name: next, args: argumentsOf(next, child) });
  reply.finish('tool_calls');
}

function argumentsOf(tool: ToolName, child: string): unknown {
  switch (tool) {
    case 'write_file':
      return { path: 'written', content: 'new' };
    case 'edit_files':
      return {
        files: ['a', 'b'].map((name) => ({ path: name, edits: [{ search: 'x', replace: 'xx' }] })),
      };
    case 'execute':
      return { command: 'echo run >> ran; echo out', timeout: '30s' };
    case 'spawn_agent':
      return { prompt: CHILD_TASK, title: 'Child' };
    case 'message_agent':
      return { chat_id: child, message: CHILD_MESSAGE };
  }
}

export function prepareFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'written'), 'old');
  for (const name of ['a', 'b']) fs.writeFileSync(path.join(folder, name), 'x');
}

/** What does not hold when all is at rest. `writes`: how often the file of write_file got a new content. */
export function faultsOf(
  tool: ToolName,
  point: Failpoint,
  found: { readonly chats: readonly ChatAtRest[]; readonly folder: string; readonly writes: number },
): readonly string[] {
  const root = found.chats.find((chat) => chat.parentChatId === null);
  if (!root) return ['the chat is gone'];
  const wrong: string[] = [];
  const expect = (what: string, actual: unknown, wanted: unknown) => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
    if (is !== should) wrong.push(`${what}: ${is}, not ${should}`);
  };
  for (const { status, error } of found.chats)
    expect('state of a chat', [status, error], ['waiting', null]);
  const calls = tool === 'message_agent' ? 2 : 1;
  const turns = Array.from({ length: calls }, () => ['assistant', 'tool']).flat();
  expect(
    'rows',
    root.rows.map(({ role }) => role),
    ['user', ...turns, 'assistant'],
  );
  const result = resultOf(root.rows.findLast(({ role }) => role === 'tool'));
  const read = (name: string) => {
    const file = path.join(found.folder, name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
  };
  const children = found.chats.filter((chat) => chat.parentChatId !== null);
  const asked = children.flatMap(({ rows }) => rows.filter(({ role }) => role === 'user').map(textOf));
  switch (tool) {
    case 'write_file':
      expect('the file', [read('written'), found.writes], ['new', 1]);
      expect('the result', [result.isError, result.value], [false, { ok: true }]);
      break;
    case 'edit_files':
      expect('the files', [read('a'), read('b')], ['xx', 'xx']);
      expect('whether the result is an error', result.isError, false);
      break;
    case 'execute':
      expectCommand(point, { ran: read('ran'), result }, expect);
      break;
    case 'spawn_agent':
      expect('the children', asked, [CHILD_TASK]);
      expect('the result', result.value['chat_id'], children[0]?.chatId);
      break;
    case 'message_agent':
      expect('the messages of the child', asked, [CHILD_TASK, CHILD_MESSAGE]);
      expect('the result', result.value['chat_id'], children[0]?.chatId);
      break;
  }
  return wrong;
}

interface Result {
  readonly isError: boolean;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A launcher that died took the command with it: that it did not run, or that nobody knows, is what is said. */
function expectCommand(
  point: Failpoint,
  { ran, result }: { readonly ran: string | null; readonly result: Result },
  expect: (what: string, actual: unknown, wanted: unknown) => void,
): void {
  const { output, exit_code: code, success } = result.value;
  if (point === 'launcher-before-started' || point === 'launcher-after-started') {
    expect('a command whose launcher died', [ran, success, code], [null, false, -1]);
  } else {
    expect('the command', [ran, output, code], ['run\n', 'out\n', 0]);
  }
}

function resultOf(row: Message | undefined): Result {
  const part = row?.content.find((each) => each.type === 'tool-result');
  const value = part?.type === 'tool-result' ? part.result : null;
  const fields = typeof value === 'object' && value !== null ? value : { value };
  return {
    isError: part?.type === 'tool-result' && part.is_error === true,
    value: fields as Readonly<Record<string, unknown>>,
  };
}

function textOf({ content }: Message): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
