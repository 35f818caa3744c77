// What chats of a developer and an agent look like, made up from a seed: questions, thinking, reads, edits with their
// diffs, commands with their output, answers with lists and code. For the benches, the tour, and tests that need a
// history: `conversation(createDice(7), 40)` is always the same forty rows.
import type { Part, ToolResultPart } from '../shared/model/part.ts';
import { commandOutput, diffOf, questionOf, sourceOf, summaryOf, thoughtOf } from './content-words.ts';
import type { Dice } from './dice.ts';

export interface ContentRow {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly content: readonly Part[];
}

const AREAS = ['queue', 'parser', 'session', 'invoice', 'search', 'upload', 'scheduler', 'router'] as const;
const FOLDERS = ['src', 'src/lib', 'server', 'packages/core', 'web'] as const;
const TASKS = [
  'Fix the flaky test of the',
  'Explain the',
  'Write the migration for the',
  'Find the slow query in the',
  'Add a limit to the',
  'Remove the old',
  'Review the',
] as const;

export function titleOf(dice: Dice): string {
  return `${dice.one(TASKS)} ${dice.one(AREAS)}`;
}

/** Exactly this many rows, from a question on; each call is answered by the row behind it. */
export function conversation(dice: Dice, rows: number): readonly ContentRow[] {
  const all: ContentRow[] = [];
  while (all.length < rows) all.push(...turn(dice, rows - all.length));
  return all;
}

/** A question, what the agent does about it, its answer: at most `most` rows, and never half a call. */
function turn(dice: Dice, most: number): readonly ContentRow[] {
  const area = dice.one(AREAS);
  const asked = said('user', questionOf(dice, area));
  if (most === 1) return [asked];
  const steps = Math.min(dice.between(0, 4), Math.floor((most - 2) / 2));
  const work = Array.from({ length: steps }, () => step(dice, area)).flat();
  return [asked, ...work, said('assistant', summaryOf(dice, area))];
}

function said(role: 'user' | 'assistant', text: string): ContentRow {
  return { role, content: [{ type: 'text', text }] };
}

/** One model step with one to three calls, and the row of their results. */
function step(dice: Dice, area: string): readonly ContentRow[] {
  const before: Part[] = [];
  if (dice.chance(0.35)) {
    const text = thoughtOf(dice, area);
    before.push({ type: 'reasoning', text, duration_ms: dice.between(900, 24_000) });
  }
  if (dice.chance(0.5)) before.push({ type: 'text', text: `I look at the ${area} first.` });
  const calls = Array.from({ length: dice.chance(0.25) ? dice.between(2, 3) : 1 }, () => call(dice, area));
  return [
    { role: 'assistant', content: [...before, ...calls.map(({ asked }) => asked)] },
    { role: 'tool', content: calls.map(({ answer }) => answer) },
  ];
}

interface Call {
  readonly asked: Part;
  readonly answer: ToolResultPart;
}

function call(dice: Dice, area: string): Call {
  const path = `${dice.one(FOLDERS)}/${area}${dice.chance(0.3) ? '.test' : ''}.ts`;
  const kind = dice.next();
  if (kind < 0.5) return read(dice, area, path);
  return kind < 0.75 ? edit(dice, area, path) : run(dice, area);
}

function made(dice: Dice, tool: string, args: unknown, result: unknown): Call {
  const id = `call_${Math.floor(dice.next() * 2 ** 32).toString(36)}`;
  const name = { tool_call_id: id, tool_name: tool };
  return {
    asked: { type: 'tool-call', ...name, args },
    answer: { type: 'tool-result', ...name, result, duration_ms: dice.between(4, 9_000) },
  };
}

function read(dice: Dice, area: string, path: string): Call {
  const lines = sourceOf(dice, area).split('\n');
  const content = lines.map((line, i) => `${i + 1}\t${line}`).join('\n');
  const result = {
    content,
    file_size: content.length,
    total_lines: lines.length,
    lines_read: lines.length,
  };
  return made(dice, 'read_file', { path }, result);
}

function edit(dice: Dice, area: string, path: string): Call {
  const { search, replace } = diffOf(dice, area);
  return made(dice, 'edit_files', { files: [{ path, edits: [{ search, replace }] }] }, { ok: true });
}

function run(dice: Dice, area: string): Call {
  const fails = dice.chance(0.2);
  const command = dice.one([
    `npm test -- ${area}`,
    'npm run check',
    'git status --short',
    `rg -n ${area} src`,
  ]);
  const result = {
    success: !fails,
    exit_code: fails ? 1 : 0,
    output: commandOutput(dice, area, fails),
    wall_duration_ms: dice.between(80, 40_000),
  };
  return made(dice, 'execute', { command }, result);
}
