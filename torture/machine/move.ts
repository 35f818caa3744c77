import type { Chance } from '../random.ts';
import type { Chat, Code } from './reference.ts';

/** One call of the database and what the reference says of it. */
export interface Move {
  /** The operation. */
  readonly name: string;
  /** Which of its ways, for the table of what was covered; null: there is one. */
  readonly way?: string;
  readonly args: object;
  /** Changes the reference, or answers the refusals that are right. `value` is what the database answered. */
  apply(value: unknown): readonly string[] | null;
}

export interface World {
  readonly ownerId: string;
  readonly chance: Chance;
  readonly modelId: string;
  readonly chats: Chat[];
  /** Numbers texts, so that no two rows look alike. */
  next(): number;
}

export type Mover = (world: World, chat: Chat) => Move | null;

const ALLOWED: Readonly<Record<string, readonly Code[]>> = {
  sendMessage: ['W', 'E0', 'E1', 'R0', 'R1', 'I0', 'I1', 'A0', 'A1'],
  editMessage: ['W', 'E0', 'E1', 'R0', 'R1', 'I0', 'I1', 'A0', 'A1'],
  queue: ['E1', 'R1', 'I1', 'A1'],
  interrupt: ['R0', 'R1', 'A0', 'A1'],
  error: ['E0', 'E1'],
  person: ['R0', 'R1', 'A0', 'A1'],
  waiting: ['A0', 'A1'],
  idle: ['W', 'E0', 'E1'],
  clear: ['W', 'E0'],
  archived: ['XW', 'XE0', 'XE1'],
  running: ['R0', 'R1'],
  interrupting: ['I0', 'I1'],
  runnable: ['R0', 'R1', 'I0', 'I1'],
  fails: ['W', 'R0', 'R1'],
};

export function isIn(code: Code, group: string): boolean {
  return ALLOWED[group]?.includes(code) ?? false;
}

/** All the reasons that hold; null when the transition may go on. */
export function refusals(...reasons: readonly (string | false)[]): readonly string[] | null {
  const held = reasons.filter((reason) => reason !== false);
  return held.length > 0 ? held : null;
}

export const text = (words: string) => [{ type: 'text', text: words }];

/** The person's own chat, or now and then somebody else's claim to it. */
export function scopeOf({ chance }: World, chat: Chat) {
  const isForeign = chance.hit(0.02);
  return {
    scope: { chatId: chat.id, ownerId: isForeign ? chance.uuid() : chat.ownerId },
    isMissing: isForeign || !chat.exists,
  };
}
