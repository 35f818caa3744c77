import { createHash } from 'node:crypto';
import type { ExportSource } from './export-source.ts';
import { type ExportedFile, type ExportedMessage, exportEnd, FORMAT, FORMAT_VERSION } from './format.ts';

export interface JsonHead {
  readonly exportId: string;
  readonly exportedAt: string;
  readonly appVersion: string;
}

/** The JSON export, one line a chat, a message and a file. `read` counts what goes by. */
export async function* writeJson(source: ExportSource, head: JsonHead): AsyncGenerator<string> {
  const sum = createSum();
  const top = {
    format: FORMAT,
    version: FORMAT_VERSION,
    export_id: head.exportId,
    exported_at: head.exportedAt,
    app_version: head.appVersion,
  };
  yield `${JSON.stringify(top).slice(0, -1)},"chats":[`;
  for (const [at, chat] of source.chats.entries()) yield `${at === 0 ? '' : ','}\n${sum.add(chat)}`;
  yield '\n],"messages":[';
  let messages = 0;
  for (const at of source.chats.keys()) {
    for await (const message of source.read(at)) {
      yield `${messages === 0 ? '' : ','}\n${sum.add(message satisfies ExportedMessage)}`;
      messages += 1;
    }
  }
  yield '\n],"files":[';
  let files = 0;
  for (const at of source.chats.keys()) {
    for (const fileId of await source.files(at)) {
      const file = await source.file(at, fileId);
      if (!file) continue;
      yield `${files === 0 ? '' : ','}\n${sum.add(file satisfies ExportedFile)}`;
      files += 1;
    }
  }
  const end = exportEnd.parse({ chats: source.chats.length, messages, files, sha256: sum.hex() });
  yield `\n],"end":${JSON.stringify(end)}}\n`;
}

/** Of everything in its order, as JSON without white space: a file that was only laid out anew is still the same. */
export function createSum() {
  const hash = createHash('sha256');
  return {
    add(value: unknown): string {
      const text = JSON.stringify(value);
      hash.update(text).update('\n');
      return text;
    },
    hex: () => hash.digest('hex'),
  };
}
