import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { draftStore, loadDraft, setDraft } from './drafts.ts';

/** What somebody has to say about lines of a diff. */
export interface LineComment {
  readonly id: string;
  readonly path: string;
  /** Which side its numbers are of. */
  readonly side: 'old' | 'new';
  readonly from: number;
  readonly to: number;
  /** As they were then, each with its sign. */
  readonly lines: readonly string[];
  readonly text: string;
}

/** How far a person is with what differs in a chat's workspace. It is kept as the drafts are. */
export interface Review {
  /** By path the stamp of the diff that was read. */
  readonly read: Readonly<Record<string, string>>;
  readonly comments: readonly LineComment[];
}

const MOST_MARKS = 2_000;
const NOTHING: Review = { read: {}, comments: [] };

/** Of a chat, or of a new one in a workspace. */
export function reviewKey(chatId: ChatId | null, workspaceId: WorkspaceId | null = null): string {
  return `review:${chatId ?? workspaceId ?? 'new'}`;
}

/** What was kept; anything else is as if nothing had been. */
export function readReview(text: string): Review {
  try {
    const { read, comments } = JSON.parse(text) as Partial<Record<keyof Review, unknown>>;
    return {
      read: Object.fromEntries(
        Object.entries(read ?? {}).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      ),
      comments: Array.isArray(comments) ? comments.filter(isComment) : [],
    };
  } catch {
    return NOTHING;
  }
}

function isComment(value: unknown): value is LineComment {
  const comment = value as Partial<LineComment> | null;
  return (
    [comment?.id, comment?.path, comment?.text].every((one) => typeof one === 'string') &&
    [comment?.from, comment?.to].every((one) => Number.isInteger(one)) &&
    (comment?.side === 'old' || comment?.side === 'new') &&
    Array.isArray(comment.lines) &&
    comment.lines.every((line) => typeof line === 'string')
  );
}

function writeReview({ read, comments }: Review): string {
  const marks = Object.entries(read).slice(-MOST_MARKS);
  if (marks.length === 0 && comments.length === 0) return '';
  return JSON.stringify({ read: Object.fromEntries(marks), comments });
}

/** Null until it is known. */
export function useReview(key: string): Review | null {
  useEffect(() => void loadDraft(key), [key]);
  const text = useStore(draftStore, (s) => s.texts[key]);
  return useMemo(() => (text === undefined ? null : readReview(text)), [text]);
}

function change(key: string, to: (review: Review) => Review): void {
  const text = draftStore.getState().texts[key];
  // What is not known yet must not be written over.
  if (text !== undefined) setDraft(key, writeReview(to(readReview(text))));
}

export function markRead(key: string, path: string, stamp: string | null): void {
  change(key, ({ read, comments }) => {
    const { [path]: _old, ...others } = read;
    return { read: stamp === null ? others : { ...others, [path]: stamp }, comments };
  });
}

/** In place of the one with its id, or behind all. */
export function keepComment(key: string, comment: LineComment): void {
  change(key, ({ read, comments }) => ({
    read,
    comments: comments.some(({ id }) => id === comment.id)
      ? comments.map((one) => (one.id === comment.id ? comment : one))
      : [...comments, comment],
  }));
}

export function removeComments(key: string, ids: readonly string[]): void {
  change(key, ({ read, comments }) => ({ read, comments: comments.filter(({ id }) => !ids.includes(id)) }));
}

/** A message with these words was sent: what it quotes is said. */
export async function commentsSent(key: string, text: string): Promise<void> {
  await loadDraft(key);
  const { comments } = readReview(draftStore.getState().texts[key] ?? '');
  const said = comments.filter((comment) => text.includes(quoteOf(comment)));
  if (said.length > 0)
    removeComments(
      key,
      said.map(({ id }) => id),
    );
}

const MOST_QUOTED = 40;

/** A comment as it stands in a message: where, which lines, and what is said of them. */
export function quoteOf({ path, side, from, to, lines, text }: LineComment): string {
  // oxlint-disable-next-line no-control-regex -- a name of a file may hold them, a line of a message may not
  const name = /[`\u0000-\u001f]/.test(path) ? JSON.stringify(path) : path;
  const place = `${name}:${from}${to === from ? '' : `-${to}`}`;
  const shown = lines.slice(0, MOST_QUOTED);
  const more = lines.length - shown.length;
  const code = [...shown, ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n');
  const longest = Math.max(0, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  const head = `\`${place}\`${side === 'old' ? ' (before the change)' : ''}`;
  return `${head}\n${fence}diff\n${code}\n${fence}\n${text.trim()}`;
}

/** Behind what is written already. */
export function withQuotes(message: string, comments: readonly LineComment[]): string {
  const quotes = comments.map(quoteOf).join('\n\n');
  const before = message.trimEnd();
  return before === '' ? `${quotes}\n` : `${before}\n\n${quotes}\n`;
}
