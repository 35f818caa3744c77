import type { Part } from '@shared/model/part.ts';
import type { PromptMessage } from '../../models/port.ts';
import { cutMiddle } from '../../tools/cut.ts';
import { mapTexts } from '../../tools/size-guard.ts';
import type { NewMessage, StoredMessage } from '../machine/types.ts';
import { promptTokens } from './estimate.ts';
import { buildPrompt } from './prompt.ts';

/** What the model is asked for. Our own words; the person never sees them. */
export const SUMMARY_REQUEST = `Write a hand-over note for the agent that takes over this conversation. It will see your note and the person's newest messages, and nothing else of what stands above. Call no tool; answer with the note alone.

Put into it, as densely as you can and without pleasantries:
- what the person wants, with every limit, preference and decision of theirs that still counts
- what was decided on the way, and why
- technical facts: files with their paths, commands, names, versions, interfaces, values
- errors that occurred and what fixed them, and what was tried in vain
- where the work stands: done, in progress, still to do
- the very next action

Quote names, paths, commands and error messages exactly. Leave out what no longer matters.`;

const BOUNDARY_PREFIX = `The earlier part of this conversation was replaced by the summary below, to make room. The messages of the person that follow it are their newest ones, word for word; how far they have been dealt with is in the summary. Go on from where it ends.

`;

const KEPT_TOKENS = 20_000;
const KEPT_SHARE = 0.1;

/** How the rows of a prompt are dealt with. */
export interface Division {
  /** What the summary is about: all but the questions that nobody has answered yet. */
  readonly summarised: readonly StoredMessage[];
  /** The person's newest messages, oldest first: they follow the summary word for word. */
  readonly kept: readonly StoredMessage[];
  /** System rows that no summary replaces. */
  readonly lasting: readonly StoredMessage[];
}

/** Keeps the newest messages of the person up to min(20k tokens, a tenth of the window); unanswered ones always. */
export function divide(rows: readonly StoredMessage[], window: number): Division {
  const answeredTo = rows.findLastIndex((row) => row.role === 'assistant' || row.role === 'tool');
  const isPending = (row: StoredMessage, at: number) => row.role === 'user' && at > answeredTo;
  const kept: StoredMessage[] = [];
  let room = Math.min(KEPT_TOKENS, window * KEPT_SHARE);
  for (const [at, row] of [...rows.entries()].reverse()) {
    if (row.role !== 'user') continue;
    room -= promptTokens(buildPrompt([row], []));
    if (room < 0 && !isPending(row, at)) break;
    kept.unshift(row);
  }
  return {
    summarised: rows.filter((row, at) => !isPending(row, at)),
    kept,
    lasting: rows.filter((row) => row.role === 'system' && !row.compressed),
  };
}

/** The row that the model reads from now on instead of all that is summarised. */
export function boundaryContent(summary: string): readonly Part[] {
  return [{ type: 'text', text: BOUNDARY_PREFIX + summary }];
}

/** Written for the model alone: the window has the message itself. */
export function replayOf(row: StoredMessage): NewMessage {
  return {
    role: 'user',
    content: row.content,
    visibility: 'model',
    modelConfigId: row.model_config_id,
  };
}

/** How hard the summary's own prompt is made to fit; `0` leaves it as it is. */
export const FITTINGS = [0, 1, 2] as const;
export type Fitting = (typeof FITTINGS)[number];

const RESULT_BYTES = { 1: 2_048, 2: 256 } as const;

/**
 * The prompt of a summary call, made smaller where the window would not take it: first what tools gave and were
 * given is shortened, then the oldest messages are left out, too.
 */
export function fit(
  prompt: readonly PromptMessage[],
  fitting: Fitting,
  budgetTokens: number | null,
): PromptMessage[] {
  if (fitting === 0) return [...prompt];
  const short = prompt.map((message) => shorten(message, RESULT_BYTES[fitting]));
  if (fitting === 1) return short;
  const target = Math.min(budgetTokens ?? Number.POSITIVE_INFINITY, promptTokens(short) / 2);
  return newest(short, target);
}

/** What tools gave, and what they were given to write. */
function shorten(message: PromptMessage, bytes: number): PromptMessage {
  const cut = (text: string) => cutMiddle(text, bytes);
  if (message.role === 'tool') {
    return { ...message, results: message.results.map((one) => ({ ...one, output: cut(one.output) })) };
  }
  if (message.role !== 'assistant') return message;
  const content = message.content.map((part) =>
    part.type === 'tool-call' ? { ...part, args: mapTexts(part.args, cut) } : part,
  );
  return { ...message, content };
}

/** System messages, and as many of the newest others as fit; it does not begin with results of a call left out. */
function newest(prompt: readonly PromptMessage[], tokens: number): PromptMessage[] {
  const system = prompt.filter((message) => message.role === 'system');
  const rest = prompt.filter((message) => message.role !== 'system');
  let room = tokens - promptTokens(system);
  let from = rest.length;
  while (from > 0) {
    const message = rest[from - 1];
    if (!message) break;
    room -= promptTokens([message]);
    if (room < 0) break;
    from -= 1;
  }
  while (rest[from]?.role === 'tool') from += 1;
  return [...system, ...rest.slice(from)];
}
