import { open } from 'node:fs/promises';
import { JSONParser } from '@streamparser/json';
import type { z } from 'zod';
import {
  type ExportedChat,
  type ExportedMessage,
  exportEnd,
  exportedChat,
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
  readonly sha256: string;
}

interface ReadOptions {
  readonly signal: AbortSignal;
  /** In the file's order; the next chunk is read when it has resolved. */
  onMessages(messages: readonly ExportedMessage[], chats: readonly ExportedChat[]): Promise<void>;
}

/** Reads all of a file and answers for it: whatever is wrong with it anywhere is thrown as an ExportProblem. */
export async function readExport(file: string, { signal, onMessages }: ReadOptions): Promise<ReadExport> {
  const parser = new JSONParser({ paths: PATHS, keepStack: false, stringBufferSize: CHUNK });
  const reader = createReader();
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
      sinceValue = reader.taken() === taken ? sinceValue + bytesRead : 0;
      taken = reader.taken();
      if (sinceValue > MAX_VALUE_BYTES) throw broken();
      const messages = reader.fresh();
      if (messages.length > 0) await onMessages(messages, reader.chats());
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

function createReader() {
  const head = new Map<unknown, unknown>();
  const chats: ExportedChat[] = [];
  const sum = createSum();
  let fresh: ExportedMessage[] = [];
  let messages = 0;
  let taken = 0;
  let last = 0;
  return {
    take(name: unknown, value: unknown): void {
      taken += 1;
      if (name === 'chats') {
        // The chats come first: what follows is judged by them.
        if (messages > 0) throw broken();
        const chat = parsed(exportedChat, value);
        if (chat.parent_id !== null && !chats.some(({ id }) => id === chat.parent_id)) throw broken();
        if (chats.some(({ id }) => id === chat.id)) throw broken();
        sum.add(chat);
        chats.push(chat);
      } else if (name === 'messages') {
        requireHead(head);
        const message = parsed(exportedMessage, value);
        if (message.chat >= chats.length || message.chat < last) throw broken();
        last = message.chat;
        sum.add(message);
        messages += 1;
        fresh.push(message);
      } else head.set(name, value);
    },
    taken: () => taken,
    chats: () => chats,
    fresh() {
      const held = fresh;
      fresh = [];
      return held;
    },
    finish(isWhole: boolean): ReadExport {
      requireHead(head);
      const end = exportEnd.safeParse(head.get('end')).data;
      const sha256 = sum.hex();
      const isSame = end?.sha256 === sha256 && end.messages === messages && end.chats === chats.length;
      if (!isWhole || !isSame || chats.length === 0) throw broken();
      const [exportId, exportedAt] = [head.get('export_id'), head.get('exported_at')];
      if (typeof exportId !== 'string' || typeof exportedAt !== 'string') throw broken();
      return { exportId, exportedAt, chats, messages, sha256 };
    },
  };
}

function requireHead(head: ReadonlyMap<unknown, unknown>): void {
  if (head.get('format') !== FORMAT) throw broken();
  const version = head.get('version');
  if (typeof version === 'number' && version > FORMAT_VERSION)
    throw new ExportProblem('newer', 'This export was made by a newer Gaffer. Nothing was changed.');
  if (version !== FORMAT_VERSION) throw broken();
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, success } = schema.safeParse(value);
  if (!success) throw broken();
  return data;
}
