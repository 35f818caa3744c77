import type { Message } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import type { StoredMessage } from './types.ts';

/** A tool result travels whole up to here (characters of its JSON). */
const MAX_RESULT = 16 * 1024;

/** What a window may see: nothing of the provider's own, and long results as their head; of commands the end. */
export function toWire(message: StoredMessage, whole = false): Message {
  const content = message.content.map((part) => toWirePart(part, whole));
  return omit({ ...message, content }, ['compressed']);
}

function toWirePart(part: Part, whole: boolean): Part {
  if (part.type === 'tool-result') return whole ? part : cutResult(part);
  return 'provider_metadata' in part || 'signature' in part
    ? omit(part, ['provider_metadata', 'signature'])
    : part;
}

function omit<T extends object, K extends string>(value: T, keys: readonly K[]): Omit<T, K> & T {
  const left = Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key));
  return Object.fromEntries(left) as Omit<T, K> & T;
}

function cutResult(part: Part & { type: 'tool-result' }): Part {
  if ((JSON.stringify(part.result) ?? '').length <= MAX_RESULT) return part;
  const budget = { left: MAX_RESULT };
  return { ...part, result: cut(part.result, budget), more: true };
}

/** Keeps the shape, so that a card finds its fields, and of strings and lists as much as the budget gives. */
function cut(value: unknown, budget: { left: number }, key = ''): unknown {
  if (typeof value === 'string') return cutText(value, budget, key === 'output');
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const item of value) {
      if (budget.left <= 0) break;
      kept.push(cut(item, budget));
      budget.left -= 8;
    }
    return kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  // Short fields (exit code, path) before the long ones: they say what the long ones are.
  const entries = Object.entries(value).map(
    ([key, v]) => [key, v, JSON.stringify(v)?.length ?? 0] as const,
  );
  const done = new Map(
    [...entries]
      .sort((a, b) => a[2] - b[2])
      .flatMap(([key, v]) => {
        budget.left -= key.length + 8;
        return budget.left > 0 ? [[key, cut(v, budget, key)] as const] : [];
      }),
  );
  return Object.fromEntries(entries.flatMap(([key]) => (done.has(key) ? [[key, done.get(key)]] : [])));
}

/** How a command ended stands at the end of what it printed. */
function cutText(text: string, budget: { left: number }, keepEnd: boolean): string {
  const room = Math.max(0, budget.left);
  const kept = text.length <= room ? text : keepEnd ? text.slice(text.length - room) : text.slice(0, room);
  budget.left -= kept.length;
  // Half of a surrogate pair at the cut would not survive the way to the window.
  return kept.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}
