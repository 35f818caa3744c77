import { createHash } from 'node:crypto';
import type { Chance } from '../random.ts';
import type { PowerStore } from './store.ts';

/** One acknowledged change: what the chat looked like after it, and under which id the answer was given. */
export interface Change {
  readonly answer: number;
  readonly state: string;
}

/** A chat that one client changes, one operation after another, and all that it was told. */
export interface KnownChat {
  readonly chatId: string;
  readonly changes: Change[];
  historyVersion: number;
  running: boolean;
  queued: number;
  /** Of user messages that stand in the history. */
  userRows: number[];
}

export interface Installation {
  readonly ownerId: string;
  readonly installationId: string;
}

interface Snapshot {
  readonly facts: { readonly historyVersion: number; readonly status: string };
  readonly messages: readonly { readonly id: number; readonly role: string; readonly content: unknown }[];
  readonly queue: readonly { readonly content: unknown }[];
}

const LEASE_MS = 300_000;
const ROWS = 2_000;

/** What a person would see of the chat; null: there is none. */
export async function stateOf(
  store: PowerStore,
  { ownerId }: Installation,
  chatId: string,
): Promise<{ readonly text: string; readonly snapshot: Snapshot } | null> {
  const { value: snapshot } = await store.call<Snapshot | null>('loadSnapshot', {
    chatId,
    ownerId,
    rows: ROWS,
  });
  if (!snapshot) return null;
  const mark = (content: unknown) =>
    createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
  const rows = snapshot.messages.map(({ id, role, content }) => `${id} ${role} ${mark(content)}`);
  const queue = snapshot.queue.map(({ content }) => `queued ${mark(content)}`);
  return { text: [...rows, ...queue].join('\n'), snapshot };
}

/** Operations of a person and of a worker on one chat, with what the worker must hold for them. */
export class ChatClient {
  readonly known: KnownChat;
  readonly #store: PowerStore;
  readonly #installation: Installation;
  readonly #chance: Chance;
  readonly #workerId: string;
  #runnerId = '';

  constructor(
    store: PowerStore,
    installation: Installation,
    own: { readonly known: KnownChat; readonly chance: Chance; readonly workerId: string },
  ) {
    this.#store = store;
    this.#installation = installation;
    this.known = own.known;
    this.#chance = own.chance;
    this.#workerId = own.workerId;
  }

  async create(): Promise<void> {
    const { chatId } = this.known;
    await this.#change('createChat', {
      chatId,
      ownerId: this.#installation.ownerId,
      workspaceId: null,
      title: 'Power',
      modelConfigId: null,
      effort: null,
      spawnKey: chatId,
      messages: [{ role: 'user', content: this.#text() }],
    });
  }

  /** A worker takes the chat. Lazy: nobody is told that it is on the disk. */
  async acquire(): Promise<void> {
    if (!this.known.running) return;
    this.#runnerId = this.#chance.uuid();
    const facts = await this.#ask<{ historyVersion: number }>('acquire', {
      chatId: this.known.chatId,
      workerId: this.#workerId,
      runnerId: this.#runnerId,
      leaseMs: LEASE_MS,
      exclusive: true,
    });
    this.known.historyVersion = facts.historyVersion;
  }

  /** Something that a chat in its state may do next. */
  async step(): Promise<void> {
    if (!this.known.running) return this.#send();
    if (this.#chance.hit(0.15)) await this.#ask('recordAttempt', this.#fence());
    const dice = this.#chance.next();
    if (this.known.queued > 10) await this.#change('finishTurn', this.#fence());
    else if (dice < 0.4) await this.#commit();
    else if (dice < 0.65) await this.#runTool();
    else if (dice < 0.8) await this.#send();
    else if (dice < 0.95 || this.known.userRows.length === 0)
      await this.#change('finishTurn', this.#fence());
    else await this.#edit();
  }

  async #send(): Promise<void> {
    await this.#change('sendMessage', {
      chatId: this.known.chatId,
      ownerId: this.#installation.ownerId,
      content: this.#text(),
      modelConfigId: null,
      effort: null,
      busy: 'queue',
      sendKey: this.#chance.uuid(),
    });
  }

  async #commit(): Promise<void> {
    await this.#change('commitStep', {
      ...this.#fence(),
      installationId: this.#installation.installationId,
      messages: [{ role: 'assistant', content: this.#text() }],
      calls: [],
      consumeCompaction: false,
    });
  }

  async #runTool(): Promise<void> {
    const id = this.#chance.uuid();
    const { installationId } = this.#installation;
    const call = { type: 'tool-call', tool_call_id: id, tool_name: 'write_file', args: { path: 'a' } };
    const committed = await this.#change<{ messageIds: readonly number[] }>('commitStep', {
      ...this.#fence(),
      installationId,
      messages: [{ role: 'assistant', content: [...this.#text(), call] }],
      calls: [
        {
          index: 0,
          providerCallId: id,
          tool: 'write_file',
          argsHash: 'hash',
          effect: 'effect',
          state: 'cleared',
          approval: null,
        },
      ],
      consumeCompaction: false,
    });
    const key = `${installationId}:${this.known.chatId}:${committed.messageIds[0]}:0`;
    await this.#change('dispatchCalls', { ...this.#fence(), keys: [key] });
    await this.#change('settleCall', {
      chatId: this.known.chatId,
      runnerId: this.#runnerId,
      key,
      state: 'done',
      outcome: { result: { ok: true }, isError: false, durationMs: 1 },
    });
    await this.#change('commitResults', this.#fence());
  }

  async #edit(): Promise<void> {
    await this.#change('editMessage', {
      chatId: this.known.chatId,
      ownerId: this.#installation.ownerId,
      messageId: this.#chance.pick(this.known.userRows),
      content: this.#text(),
    });
  }

  /** A durable operation; afterwards the chat is looked at, so that what it must look like later is known. */
  async #change<T>(name: string, args: unknown): Promise<T> {
    const { value, id } = await this.#store.call<{ ok: boolean; value: T; error?: unknown }>(name, args);
    if (!value.ok) throw new Error(`${name}: ${JSON.stringify(value.error)}`);
    const found = await stateOf(this.#store, this.#installation, this.known.chatId);
    if (!found) throw new Error(`${name}: the chat is not there`);
    const { facts, messages, queue } = found.snapshot;
    this.known.queued = queue.length;
    this.known.changes.push({ answer: id, state: found.text });
    this.known.historyVersion = facts.historyVersion;
    this.known.userRows = messages.filter(({ role }) => role === 'user').map((message) => message.id);
    const wasRunning = this.known.running;
    this.known.running = facts.status === 'running';
    if (this.known.running && !wasRunning) await this.acquire();
    if (wasRunning && !this.known.running)
      await this.#ask('abandon', { chatId: this.known.chatId, runnerId: this.#runnerId });
    return value.value;
  }

  async #ask<T>(name: string, args: unknown): Promise<T> {
    const { value } = await this.#store.call<{ ok: boolean; value: T; error?: unknown }>(name, args);
    if (!value.ok) throw new Error(`${name}: ${JSON.stringify(value.error)}`);
    return value.value;
  }

  #fence() {
    const { chatId, historyVersion } = this.known;
    return { chatId, runnerId: this.#runnerId, historyVersion, status: 'running' };
  }

  /** Mostly short; sometimes so long that pages outside the row are written. It cannot be compressed. */
  #text(): { type: 'text'; text: string }[] {
    const words = this.#chance.hit(0.2) ? this.#chance.between(500, 4_000) : this.#chance.between(1, 40);
    const text = Array.from({ length: words }, () => this.#chance.uuid()).join(' ');
    return [{ type: 'text', text }];
  }
}
