import type { ImportPreview } from '@shared/contract/transfer.ts';
import {
  asId,
  type ChatId,
  type ModelConfigId,
  type OwnerId,
  type WorkspaceId,
} from '@shared/model/ids.ts';
import { err, ok } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { DEFAULT_SYSTEM_PROMPT } from '../chatd/generation/system-prompt.ts';
import type { Store } from '../db/store.ts';
import { ComingFiles } from './coming-files.ts';
import type { ExportedChat, ExportedFile, ExportedMessage, ModelName } from './format.ts';
import { importNote } from './import-note.ts';
import type { ComingChat, ComingMessage, HereAlready } from './import-operations.ts';
import type { TransferOperations } from './operations.ts';
import { ExportProblem, type ReadExport, readExport } from './read-export.ts';

interface ImportDeps {
  readonly store: Store<TransferOperations>;
  readonly ownerId: OwnerId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface Progress {
  readonly signal: AbortSignal;
  tell(done: number, total: number | null): void;
}

/** A file that was read to its end and found whole. */
export interface Seen {
  readonly file: string;
  readonly read: ReadExport;
  readonly here: HereAlready;
  readonly preview: ImportPreview;
}

/** Rows in one transaction: others get their turn in between. */
const BATCH = 200;

export async function lookAt(deps: ImportDeps, file: string, { signal, tell }: Progress): Promise<Seen> {
  let done = 0;
  const read = await readExport(file, {
    signal,
    async onMessages(messages) {
      done += messages.length;
      tell(done, null);
    },
  });
  const chatIds = read.chats.map(({ id }) => id);
  const here = await deps.store.call('lookForImport', {
    ownerId: deps.ownerId,
    exportId: read.exportId,
    chatIds,
  });
  return { file, read, here, preview: previewOf(file, read, here) };
}

function previewOf(file: string, read: ReadExport, here: HereAlready): ImportPreview {
  const known = new Set(here.chats);
  return {
    file: file.split(/[/\\]/).at(-1) ?? file,
    exportedAt: read.exportedAt,
    messages: read.messages,
    importedAt: here.importedAt,
    chats: read.chats.map((chat) => ({
      title: chat.title,
      isAgent: chat.parent_id !== null,
      archived: chat.archived,
      messages: chat.messages,
      workspace: chat.workspace && placeWords(chat.workspace),
      workspaceHere: workspaceOf(chat, here) !== null,
      model: chat.model?.model ?? null,
      modelHere: modelOf(chat.model, here) !== null,
      isHere: known.has(chat.id),
      updatedAt: chat.updated_at,
    })),
  };
}

function placeWords({ name, host }: NonNullable<ExportedChat['workspace']>): string {
  return host ? `${name} on ${host}` : name;
}

/** All of it or nothing: what was begun belongs to nobody until its last row is there. */
export async function importInto(
  deps: ImportDeps,
  seen: Seen,
  how: Progress & { readonly again: boolean },
) {
  const { store, ownerId } = deps;
  const importId = asId<OwnerId>(deps.random.uuid());
  const at = new Date(deps.clock.now()).toISOString();
  const coming = comingChats(deps, seen, how.again);
  const chats = coming.filter((chat) => chat !== null);
  if (chats.length === 0) return ok({ chats: 0, first: null });
  try {
    const made = await store.call('importChats', { importId, exportId: seen.read.exportId, at, chats });
    if (!made.ok)
      return err({ code: 'no-model' as const, message: 'No model is set up. Add an account in Settings.' });
    await bringContent(deps, seen, { ...how, coming, at, importId });
    await store.call('finishImport', { importId, ownerId });
    return ok({ chats: chats.length, first: chats[0]?.id ?? null });
  } catch (error) {
    await store.call('dropImport', { importId }).catch((failure: unknown) => {
      deps.log.warn('an import that broke off was not swept away', errorFields(failure));
    });
    throw error;
  }
}

/** One for each chat of the file; null: it is here already and stays out. */
function comingChats(
  { random }: ImportDeps,
  { read, here }: Seen,
  again: boolean,
): readonly (ComingChat | null)[] {
  const known = new Set(again ? [] : here.chats);
  const ids = new Map<string, { id: ChatId; rootId: ChatId | null; archived: boolean }>();
  return read.chats.map((chat) => {
    if (known.has(chat.id)) return null;
    const parent = chat.parent_id === null ? undefined : ids.get(chat.parent_id);
    const id = asId<ChatId>(random.uuid());
    const rootId = parent ? (parent.rootId ?? parent.id) : null;
    // A family is archived whole, or not at all.
    const archived = parent?.archived ?? chat.archived;
    ids.set(chat.id, { id, rootId, archived });
    const place = { workspaceId: workspaceOf(chat, here), modelConfigId: modelOf(chat.model, here) };
    return { id, parentId: parent?.id ?? null, rootId, ...place, chat: { ...chat, archived } };
  });
}

function workspaceOf({ workspace }: ExportedChat, here: HereAlready): WorkspaceId | null {
  if (!workspace) return null;
  const isSame = (known: HereAlready['workspaces'][number]) =>
    known.kind === workspace.kind &&
    known.directory === workspace.directory &&
    known.host === workspace.host;
  return here.workspaces.find(isSame)?.id ?? null;
}

/** The same account's, else the same model of another one. */
function modelOf(model: ModelName | null, here: HereAlready): ModelConfigId | null {
  if (!model) return null;
  const same = here.models.filter((known) => known.model === model.model);
  const own = same.find((known) => known.account === model.account && known.kind === model.kind);
  return (own ?? same[0])?.id ?? null;
}

interface Bringing extends Progress {
  readonly coming: readonly (ComingChat | null)[];
  readonly at: string;
  readonly importId: OwnerId;
}

/** Reads the file once more: it must still be the one that was looked at. */
async function bringContent(
  { store, ownerId, random }: ImportDeps,
  seen: Seen,
  how: Bringing,
): Promise<void> {
  const files = new ComingFiles(random);
  let done = 0;
  let last: number | null = null;
  let batch: ComingMessage[] = [];
  const flush = async () => {
    how.signal.throwIfAborted();
    const messages = batch;
    batch = [];
    if (messages.length > 0) await store.call('importMessages', { ownerId, messages });
    how.tell(done, seen.read.messages);
  };
  const endChat = () => {
    const chat = last === null ? null : how.coming[last];
    if (chat)
      batch.push(
        ...importNote(how.at).map((message) => ({ chatId: chat.id, modelConfigId: null, message })),
      );
  };
  const read = await readExport(seen.file, {
    signal: how.signal,
    async onMessages(messages) {
      for (const message of messages) {
        if (message.chat !== last) {
          endChat();
          last = message.chat;
          const begun = how.coming[last];
          if (begun) batch.push({ chatId: begun.id, modelConfigId: null, message: ownPrompt(message) });
        }
        done += 1;
        const chat = how.coming[message.chat];
        if (!chat || isPrompt(message)) continue;
        batch.push({
          chatId: chat.id,
          modelConfigId: modelOf(message.model, seen.here),
          message: files.renamed(chat.id, message),
        });
        if (batch.length >= BATCH) await flush();
      }
    },
    onFiles: (exported) => bringFiles({ store, files }, exported, how),
  });
  endChat();
  await flush();
  if (read.sha256 !== seen.read.sha256)
    throw new ExportProblem('damaged', 'The file has changed since it was looked at. Nothing was changed.');
}

async function bringFiles(
  { store, files }: Pick<ImportDeps, 'store'> & { readonly files: ComingFiles },
  exported: readonly ExportedFile[],
  { signal, coming, importId }: Bringing,
): Promise<void> {
  for (const one of exported) {
    signal.throwIfAborted();
    const chat = coming[one.chat];
    const file = chat && files.take(chat.id, one);
    if (file) await store.call('importFile', { importId, file });
  }
}

/** What a file says in the place of Gaffer's own instructions does not come in. */
function isPrompt({ role, compressed }: ExportedMessage): boolean {
  return role === 'system' && !compressed;
}

function ownPrompt(first: ExportedMessage): ExportedMessage {
  return {
    ...first,
    role: 'system',
    visibility: 'model',
    content: [{ type: 'text', text: DEFAULT_SYSTEM_PROMPT }],
    model: null,
    reasoning_effort: null,
    usage: null,
    cost_micros: null,
    context_limit: null,
    runtime_ms: null,
    interrupted: false,
    compressed: false,
  };
}
