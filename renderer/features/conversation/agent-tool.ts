import type { ChatId } from '@shared/model/ids.ts';
import { firstLine } from '../../lib/format.ts';
import { record, text } from './json.ts';
import { failureText, type ToolFacts, type ToolPhase, toolView } from './tool-view.ts';

/** A call by which the agent deals with one that it started. */
export interface AgentToolView {
  readonly phase: ToolPhase;
  /** "Started", "Waiting for", "Wrote to" … */
  readonly verb: string;
  /** Null until the agent is there. */
  readonly chatId: ChatId | null;
  /** What the call itself says; the chat may have been renamed. Empty: it does not say. */
  readonly title: string;
  /** What the agent was told, what it reported, or why the call failed: Markdown, maybe empty. */
  readonly detail: string;
  /** The agent's own place in the timeline: it shows what the agent does now. */
  readonly begins: boolean;
  /** Of the worktree that it has for itself; empty: it works where its chat does. */
  readonly branch: string;
}

/** While it happens, after it, and when it did not happen. */
type Verbs = readonly [now: string, after: string, plain: string];
const CLOSING: Verbs = ['Closing', 'Closed', 'Close'];
const VERBS: Readonly<Record<string, Verbs>> = {
  spawn_agent: ['Starting', 'Started', 'Start'],
  wait_agent: ['Waiting for', 'Waited for', 'Wait for'],
  message_agent: ['Writing to', 'Wrote to', 'Write to'],
  close_agent: CLOSING,
  interrupt_agent: CLOSING,
};

export function isAgentTool(tool: string): boolean {
  return Object.hasOwn(VERBS, tool);
}

export function agentToolView(facts: ToolFacts): AgentToolView {
  const { phase } = toolView(facts);
  const args = record(facts.args);
  const result = record(facts.result?.result);
  const begins = facts.tool === 'spawn_agent';
  const chatId = text(result['chat_id']) || text(args['chat_id']);
  return {
    phase,
    verb: verbOf(facts.tool, phase),
    chatId: chatId === '' ? null : (chatId as ChatId),
    title: text(result['title']) || (begins ? text(args['title']) || firstLine(text(args['prompt'])) : ''),
    detail:
      phase === 'failed' || phase === 'not-run'
        ? failureText(facts.result)
        : detailOf(facts.tool, args, result),
    begins,
    branch: text(record(result['workspace'])['branch']),
  };
}

function verbOf(tool: string, phase: ToolPhase): string {
  const [now, after, plain] = VERBS[tool] ?? CLOSING;
  if (phase === 'running' || phase === 'writing') return now;
  return phase === 'done' || phase === 'unknown' ? after : plain;
}

type Json = ReturnType<typeof record>;

function detailOf(tool: string, args: Json, result: Json): string {
  if (tool === 'spawn_agent') return text(args['prompt']);
  if (tool === 'message_agent') return text(args['message']);
  return tool === 'wait_agent' ? text(result['report']) : '';
}
