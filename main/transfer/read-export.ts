import { open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { JSONParser } from '@streamparser/json';
import type { z } from 'zod';
import {
  type ExportedChat,
  type ExportedFile,
  type ExportedMessage,
  exportEnd,
  exportedChat,
  exportedFile,
  exportedMessage,
  FORMAT,
  FORMAT_VERSION,
} from './format.ts';
import { createSum } from './write-json.ts';

const CHUNK = 64 * 1024;
/** No message is longer, and no file is read on for one that never ends. */
const MAX_VALUE_BYTES = 256 * 1024 * 1024;
const PATHS = [
  '$.format',
  '$.version',
  '$.export_id',
  '$.exported_at',
  '$.chats.*',
  '$.messages.*',
  '$.files.*',
  '$.end',
];

/** Why a file is not taken, for the person. */
export class ExportProblem extends Error {
  override readonly name = 'ExportProblem';
  readonly code: 'damaged' | 'newer';
  constructor(code: 'damaged' | 'newer', message: string) {
    super(message);
    this.code = code;
  }
}

export interface ReadExport {
  readonly exportId: string;
  readonly exportedAt: string;
  readonly chats: readonly ExportedChat[];
  readonly messages: number;
  readonly files: number;
  readonly sha256: string;
}

interface ReadOptions {
  readonly signal: AbortSignal;
  /** In the file's order; the next chunk is read when it has resolved. */
  onMessages(messages: readonly ExportedMessage[], chats: readonly ExportedChat[]): Promise<void>;
  /** Behind the messages. */
  onFiles?(files: readonly ExportedFile[]): Promise<void>;
}

/** Reads all of a file and answers for it: whatever is wrong with it anywhere is thrown as an ExportProblem. */
export async function readExport(
  file: string,
  { signal, onMessages, onFiles }: ReadOptions,
): Promise<ReadExport> {
  const parser = new JSONParser({ paths: PATHS, keepStack: false, stringBufferSize: CHUNK });
  const reader = new Reader();
  parser.onValue = ({ key, value, stack }) => reader.take(stack.length > 1 ? nameOf(stack) : key, value);
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let sinceValue = 0, taken = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, CHUNK);
      if (bytesRead === 0) break;
      // What follows the end of the object is no part of it.
      if (parser.isEnded && buffer.subarray(0, bytesRead).some((byte) => !WHITE.includes(byte)))
        throw broken();
      if (!parser.isEnded) write(parser, buffer.subarray(0, bytesRead));
      sinceValue = reader.taken === taken ? sinceValue + bytesRead : 0;
      taken = reader.taken;
      if (sinceValue > MAX_VALUE_BYTES) throw broken();
      const { messages, files } = reader.fresh();
      if (messages.length > 0) await onMessages(messages, reader.chats);
      if (files.length > 0) await onFiles?.(files);
    }
    return reader.finish(parser.isEnded);
  } finally {
    await handle.close();
  }
}

const WHITE = [0x20, 0x0a, 0x0d, 0x09];

function broken(): ExportProblem {
  return new ExportProblem(
    'damaged',
    'This file is damaged or is not an export of Gaffer. Nothing was changed.',
  );
}

function write(parser: JSONParser, bytes: Uint8Array): void {
  try {
    parser.write(bytes);
  } catch (error) {
    if (error instanceof ExportProblem) throw error;
    // Whatever it is that the parser met: it is no JSON.
    throw broken();
  }
}

/** The name of the list that a value stands in. */
function nameOf(
  stack: readonly { readonly key?: string | number | undefined }[],
): string | number | undefined {
  return stack[1]?.key;
}

class Reader {
  readonly #head = new Map<unknown, unknown>();
  readonly #chats: ExportedChat[] = [];
  readonly #sum = createSum();
  #freshMessages: ExportedMessage[] = [];
  #freshFiles: ExportedFile[] = [];
  #messages = 0;
  #files = 0;
  #taken = 0;
  #last = 0;

  /** Values so far, of whatever kind. */
  get taken(): number {
    return this.#taken;
  }

  get chats(): readonly ExportedChat[] {
    return this.#chats;
  }

  take(name: unknown, value: unknown): void {
    this.#taken += 1;
    if (name === 'chats') this.#takeChat(parsed(exportedChat, value));
    else if (name === 'messages') this.#takeMessage(value);
    else if (name === 'files') this.#takeFile(value);
    else this.#head.set(name, value);
  }

  /** Since the last time. */
  fresh() {
    const fresh = { messages: this.#freshMessages, files: this.#freshFiles };
    this.#freshMessages = [];
    this.#freshFiles = [];
    return fresh;
  }

  finish(isWhole: boolean): ReadExport {
    requireHead(this.#head);
    const counts = { chats: this.#chats.length, messages: this.#messages, files: this.#files };
    const sha256 = this.#sum.hex();
    const end = exportEnd.safeParse(this.#head.get('end')).data;
    const isSame = isDeepStrictEqual(end, { ...counts, sha256 });
    if (!isWhole || !isSame || counts.chats === 0) throw broken();
    const [exportId, exportedAt] = [this.#head.get('export_id'), this.#head.get('exported_at')];
    if (typeof exportId !== 'string' || typeof exportedAt !== 'string') throw broken();
    return { exportId, exportedAt, ...counts, chats: this.#chats, sha256 };
  }

  /** They come first: what follows is judged by them. */
  #takeChat(chat: ExportedChat): void {
    if (this.#messages + this.#files > 0) throw broken();
    if (chat.parent_id !== null && !this.#chats.some(({ id }) => id === chat.parent_id)) throw broken();
    if (this.#chats.some(({ id }) => id === chat.id)) throw broken();
    this.#sum.add(chat);
    this.#chats.push(chat);
  }

  #takeMessage(value: unknown): void {
    requireHead(this.#head);
    const message = parsed(exportedMessage, value);
    if (this.#files > 0 || message.chat >= this.#chats.length || message.chat < this.#last) throw broken();
    this.#last = message.chat;
    this.#sum.add(message);
    this.#messages += 1;
    this.#freshMessages.push(message);
  }

  #takeFile(value: unknown): void {
    requireHead(this.#head);
    const file = parsed(exportedFile, value);
    if (file.chat >= this.#chats.length) throw broken();
    this.#sum.add(file);
    this.#files += 1;
    this.#freshFiles.push(file);
  }
}

/** Those that can be read. */
const VERSIONS: readonly unknown[] = [1, FORMAT_VERSION];

function requireHead(head: ReadonlyMap<unknown, unknown>): void {
  if (head.get('format') !== FORMAT) throw broken();
  const version = head.get('version');
  if (typeof version === 'number' && version > FORMAT_VERSION)
    throw new ExportProblem('newer', 'This export was made by a newer Gaffer. Nothing was changed.');
  if (!VERSIONS.includes(version)) throw broken();
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, success } = schema.safeParse(value);
  if (!success) throw broken();
  return data;
}
