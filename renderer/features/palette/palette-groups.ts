import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import type { SearchHit } from '@shared/search/hit.ts';
import { type Ranked, rank } from '../../lib/rank.ts';
import type { Section } from '../../state/commands/command.ts';
import type { CommandId } from '../../state/commands/registry.ts';
import type { Hits } from './hits.ts';

/** A command as it is called and found now. */
export interface ListedCommand {
  readonly id: CommandId;
  readonly title: string;
  readonly words: string;
  readonly section: Section;
}

/** Places of the letters to be marked, in the title and in the place's name. */
interface Marks {
  readonly title: readonly number[];
  readonly place: readonly number[];
}

export type Entry = { readonly key: string; readonly marks: Marks } & (
  | { readonly kind: 'chat'; readonly chat: ChatSummary; readonly place: string }
  | { readonly kind: 'hit'; readonly hit: SearchHit; readonly text: string }
  | { readonly kind: 'command'; readonly command: ListedCommand }
);

export interface Group {
  readonly label: string;
  /** The place of its first entry among all. */
  readonly first: number;
  readonly entries: readonly Entry[];
}

export interface PaletteInput {
  /** What was typed; ">" before it: commands only. */
  readonly text: string;
  readonly chats: Iterable<ChatSummary>;
  /** Chats that can be seen already. */
  readonly shown: readonly ChatId[];
  readonly placeNames: ReadonlyMap<WorkspaceId, string>;
  /** What stands in messages. */
  readonly hits: Hits;
  readonly commands: readonly ListedCommand[];
  /** Commands that were run lately, newest first. */
  readonly recent: readonly string[];
  readonly nowMs: number;
}

const FILTER = /(?<=^|\s)-?(?:status|workspace|model|before|after|is):(?:"[^"]*"|\S+)/giu;
const FEW_CHATS = 6;
const FEW_COMMANDS = 4;
const MANY = 30;
const DAY_MS = 86_400_000;
const NO_MARKS: Marks = { title: [], place: [] };

/** What the palette lists: what was used lately while nothing is typed, else what matches, the best group first. */
export function paletteGroups(input: PaletteInput): readonly Group[] {
  const onlyCommands = input.text.trimStart().startsWith('>');
  const query = input.text.replace('>', onlyCommands ? '' : '>').trim();
  if (query === '')
    return filled(onlyCommands ? commandGroups(input) : [recentChats(input), ...commandGroups(input)]);
  // What only says where to search names no chat and no command.
  const name = query.replaceAll(FILTER, ' ').trim();
  const chats = onlyCommands || name === '' ? [] : matchingChats(name, input);
  const commands = name === '' ? [] : matchingCommands(name, input);
  const groups = [
    { label: 'Chats', best: (chats[0]?.score ?? 0) + CHATS_FIRST, entries: chats.map(chatEntry(input)) },
    ...['Commands', 'Settings'].map((label) => {
      const own = commands.filter(({ item }) => (item.section === 'Settings') === (label === 'Settings'));
      return { label, best: own[0]?.score ?? 0, entries: own.map(commandEntry) };
    }),
  ];
  // They come later than the rest: what is chosen first stays where it is.
  const [best, ...others] = groups
    .filter(({ entries }) => entries.length > 0)
    .toSorted((a, b) => b.best - a.best);
  const messages = onlyCommands ? [] : [messageGroup(query, input.hits)];
  return filled(best ? [best, ...messages, ...others] : messages);
}

/** Of a chat and a command that match about alike, the chat is meant. */
const CHATS_FIRST = 0.08;

type Draft = Omit<Group, 'first'>;

function filled(groups: readonly Draft[]): readonly Group[] {
  let first = 0;
  return groups
    .filter(({ entries }) => entries.length > 0)
    .map(({ label, entries }) => {
      const group = { label, entries, first };
      first += entries.length;
      return group;
    });
}

function messageGroup(text: string, { list, count }: Hits): Draft {
  const entries = list.map(
    (hit): Entry => ({
      kind: 'hit',
      key: `${hit.chatId} ${hit.messageId} ${hit.part}`,
      hit,
      text,
      marks: { ...NO_MARKS, title: hit.snippet.marks.flatMap(({ from, to }) => range(from, to)) },
    }),
  );
  return { label: `In messages · ${count}`, entries };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function recentChats(input: PaletteInput): Draft {
  const chats = [...input.chats]
    .filter((c) => c.parent_chat_id === null && !c.archived && !input.shown.includes(c.id))
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at))
    .slice(0, FEW_CHATS);
  const entry = chatEntry(input);
  return { label: 'Recent chats', entries: chats.map((item) => entry({ item, score: 1, marks: [] })) };
}

function commandGroups({ commands, recent }: PaletteInput): readonly Draft[] {
  const lately = recent
    .flatMap((id) => commands.find((command) => command.id === id) ?? [])
    .slice(0, FEW_COMMANDS);
  const rest = commands.filter((command) => !lately.includes(command));
  const group = (label: string, list: readonly ListedCommand[]): Draft => ({
    label,
    entries: list.map((item) => commandEntry({ item, score: 1, marks: [] })),
  });
  return [
    group('Recently used', lately),
    group(
      'Commands',
      rest.filter(({ section }) => section !== 'Settings'),
    ),
    group(
      'Settings',
      rest.filter(({ section }) => section === 'Settings'),
    ),
  ];
}

function matchingChats(query: string, input: PaletteInput): readonly Ranked<ChatSummary>[] {
  const age = ({ updated_at }: ChatSummary) => (input.nowMs - Date.parse(updated_at)) / DAY_MS;
  return rank(query, [...input.chats], {
    texts: [(chat) => chat.title, (chat) => placeOf(chat, input)],
    // The newer, and a chat rather than one of its agents.
    weight: (chat) => (1 - Math.min(0.12, age(chat) * 0.004)) * (chat.parent_chat_id === null ? 1 : 0.95),
    limit: MANY,
  });
}

function matchingCommands(
  query: string,
  { commands, recent }: PaletteInput,
): readonly Ranked<ListedCommand>[] {
  return rank(query, commands, {
    texts: [({ title }) => title, ({ words }) => words],
    weight: ({ id }) => (recent.includes(id) ? 1.05 : 1),
    limit: MANY,
  });
}

function placeOf({ workspace_id }: ChatSummary, { placeNames }: PaletteInput): string {
  return (workspace_id && placeNames.get(workspace_id)) ?? '';
}

const chatEntry =
  (input: PaletteInput) =>
  ({ item: chat, marks }: Ranked<ChatSummary>): Entry => ({
    kind: 'chat',
    key: chat.id,
    chat,
    place: placeOf(chat, input),
    marks: { title: marks[0] ?? [], place: marks[1] ?? [] },
  });

function commandEntry({ item: command, marks }: Ranked<ListedCommand>): Entry {
  return { kind: 'command', key: command.id, command, marks: { ...NO_MARKS, title: marks[0] ?? [] } };
}
