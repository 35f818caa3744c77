import type { Script } from './script.ts';

/*
 * What the torture knows for certain, and what it cannot know because the app was killed before it answered.
 * Plain data: it is saved after every round, so that a run can be taken up again.
 */

/**
 * acked: the app said yes; it must be there once, as a row or in the queue.
 * asked: the app was killed before it answered; it may be there once.
 * cut:   an acknowledged edit or deletion took it away; it must not be there.
 * gone:  it was asked for and is not there after the restart; it must not come later.
 */
export type Fate = 'acked' | 'asked' | 'cut' | 'gone';

/** Workspaces of the run: in one nothing asks, in the other every effect does. */
export type Place = 'auto' | 'ask';

export interface Sent {
  readonly token: string;
  fate: Fate;
  /** Of an edit there is none. */
  readonly sendKey: string | null;
  /** The message that an edit replaces; its fate follows from this one's. */
  readonly replaces: string | null;
  /** Its deletion from the queue was asked for, and the app was killed before it answered. */
  deletionAsked: boolean;
  /** Its turn may have been stopped by the person. */
  mayStop: boolean;
  /** The workspace agent was killed while its turn may have run. */
  agentLost: boolean;
  /** All its steps are in the history. */
  complete: boolean;
}

export interface KnownChat {
  readonly createKey: string;
  readonly firstToken: string;
  readonly account: 'openai' | 'anthropic';
  readonly place: Place;
  /** Null until the app has told it. */
  chatId: string | null;
  /** In the order in which they were sent. */
  sent: Sent[];
  /** Durable rows that were seen: id → what they said. */
  rows: Record<number, string>;
  /** Ids that an edit took away: from its target up to its replacement. */
  cuts: { readonly from: number; readonly to: number }[];
  /** Interrupts, interrupting sends and edits that may have stopped a turn. */
  stops: number;
  /** What the person said to calls that asked, by `<message id>:<index>`; `?` before it: not acknowledged. */
  answers: Record<string, 'allow' | 'deny' | '?allow' | '?deny'>;
  draft: { acked: string; asked: string | null };
}

export interface World {
  readonly seed: number;
  round: number;
  tokens: number;
  chats: KnownChat[];
  scripts: Record<string, Script>;
  agentKills: number;
  /** How the result of each call reads, by its mark. */
  readings: Record<string, string>;
}

export function newWorld(seed: number): World {
  return { seed, round: 0, tokens: 0, chats: [], scripts: {}, agentKills: 0, readings: {} };
}

export function newSent(token: string, sendKey: string | null, replaces: string | null = null): Sent {
  return {
    token,
    fate: 'asked',
    sendKey,
    replaces,
    deletionAsked: false,
    mayStop: false,
    agentLost: false,
    complete: false,
  };
}

/** Those that must or may be in the chat. */
export function living(chat: KnownChat): Sent[] {
  return chat.sent.filter((sent) => sent.fate === 'acked' || sent.fate === 'asked');
}

/** An edit came true: the message and all that was sent after it are gone. */
export function cutBy(chat: KnownChat, edit: Sent): void {
  const target = chat.sent.findIndex((sent) => sent.token === edit.replaces);
  for (const sent of chat.sent.slice(target)) if (sent !== edit && sent.fate !== 'gone') sent.fate = 'cut';
  edit.fate = 'acked';
}

/** What this person did may end the turn that runs, or the one that is about to. */
export function markStopped(chat: KnownChat): void {
  chat.stops += 1;
  for (const sent of living(chat)) if (!sent.complete) sent.mayStop = true;
}
