import type { Message } from '../../shared/model/message.ts';
import type { ToolCallPart, ToolResultPart } from '../../shared/model/part.ts';
import { tokensIn } from './script.ts';

export interface Answered {
  readonly call: ToolCallPart;
  /** Null: not there yet. */
  readonly result: ToolResultPart | null;
}

export interface TurnStep {
  readonly row: Message;
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Answered[];
}

/** A message of the person and what followed it. */
export interface Turn {
  readonly token: string;
  readonly row: Message;
  readonly steps: readonly TurnStep[];
  /** Another message follows. */
  readonly isPast: boolean;
}

export function tokenOf(row: Pick<Message, 'content'>): string {
  const tokens = tokensIn(
    row.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'),
  );
  return tokens.length === 1 ? (tokens[0] ?? '') : `not one token but ${tokens.length}`;
}

/** Cuts the rows into turns. `wrong` gets what no order of events explains. */
export function turnsOf(rows: readonly Message[], wrong: (what: string) => void): Turn[] {
  const visible = rows.filter((row) => row.role !== 'system');
  const starts = visible.flatMap((row, at) => (row.role === 'user' ? [at] : []));
  if (visible.length > 0 && starts[0] !== 0) wrong(`the history begins with a row of ${visible[0]?.role}`);
  return starts.flatMap((start, n): Turn[] => {
    const row = visible[start];
    if (!row) return [];
    const end = starts[n + 1] ?? visible.length;
    const steps = stepsOf(visible.slice(start + 1, end), wrong);
    return [{ token: tokenOf(row), row, steps, isPast: n + 1 < starts.length }];
  });
}

function stepsOf(rows: readonly Message[], wrong: (what: string) => void): TurnStep[] {
  const steps: { row: Message; results: ToolResultPart[] }[] = [];
  for (const row of rows) {
    if (row.role === 'assistant') {
      steps.push({ row, results: [] });
      continue;
    }
    const last = steps.at(-1);
    const results = row.content.filter((part) => part.type === 'tool-result');
    if (!last) wrong(`row ${row.id} holds a tool result without a call before it`);
    else last.results.push(...results);
  }
  return steps.map(({ row, results }) => pair(row, results, wrong));
}

function pair(row: Message, results: readonly ToolResultPart[], wrong: (what: string) => void): TurnStep {
  const calls = row.content.filter((part) => part.type === 'tool-call');
  const said = (type: 'text' | 'reasoning') =>
    row.content.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
  const ids = new Set(calls.map((call) => call.tool_call_id));
  for (const result of results) {
    if (!ids.has(result.tool_call_id))
      wrong(`row ${row.id} got a result for ${result.tool_call_id}, which it did not call`);
  }
  return {
    row,
    text: said('text'),
    reasoning: said('reasoning'),
    calls: calls.map((call) => {
      const own = results.filter((result) => result.tool_call_id === call.tool_call_id);
      if (own.length > 1) wrong(`call ${call.tool_call_id} of row ${row.id} has ${own.length} results`);
      return { call, result: own[0] ?? null };
    }),
  };
}
