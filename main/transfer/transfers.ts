import path from 'node:path';
import type { CallFailure } from '@shared/contract/define.ts';
import type { Exported, ExportFormat, ImportPreview, TransferState } from '@shared/contract/transfer.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Mask } from '../base/mask.ts';
import type { Random } from '../base/random.ts';
import type { Store } from '../db/store.ts';
import { type ExportSource, openExportSource } from './export-source.ts';
import { fileProblem } from './file-problem.ts';
import { importInto, lookAt, type Seen } from './import-chats.ts';
import { createJob, type JobKind, type Step } from './job.ts';
import type { TransferOperations } from './operations.ts';
import { ExportProblem } from './read-export.ts';
import { writeBeside } from './write-beside.ts';
import { writeHtml } from './write-html.ts';
import { writeJson } from './write-json.ts';
import { writeMarkdown } from './write-markdown.ts';

export interface TransferDeps {
  readonly store: Store<TransferOperations>;
  readonly ownerId: OwnerId;
  readonly mask: Pick<Mask, 'text'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  /** The system's own dialogs; null: the person chose nothing. */
  pickSaveFile(suggested: { readonly name: string; readonly format: ExportFormat }): Promise<string | null>;
  pickImportFile(): Promise<string | null>;
}

type Failing<E extends string> = CallFailure<E>;
type ExportCodes = 'not-found' | 'busy' | 'cancelled' | 'file';
type LookCodes = 'busy' | 'cancelled' | 'file' | 'damaged' | 'newer';

/** Chats on their way out to a file or in from one, one at a time. */
export interface Transfers {
  watch(signal: AbortSignal): AsyncIterable<TransferState>;
  cancel(): void;
  export(
    chatId: ChatId | null,
    format: ExportFormat,
  ): Promise<Result<Exported | null, Failing<ExportCodes>>>;
  chooseImport(): Promise<Result<ImportPreview | null, Failing<LookCodes>>>;
  import(
    again: boolean,
  ): Promise<Result<{ chats: number; first: ChatId | null }, Failing<LookCodes | 'no-model'>>>;
  close(): Promise<void>;
}

const BUSY = err({ code: 'busy' as const, message: 'Another export or import is still running.' });
const CANCELLED = err({ code: 'cancelled' as const, message: 'Cancelled. Nothing was changed.' });
const EXTENSION = { markdown: 'md', html: 'html', json: 'json' } as const;

export function createTransfers(deps: TransferDeps): Transfers {
  const job = createJob(deps.clock);
  let seen: Seen | null = null;
  // What a process left that ended while chats came in.
  const swept = deps.store
    .call('dropImports', { exclusive: deps.store.exclusive })
    .catch((error: unknown) =>
      deps.log.warn('an import that broke off was not swept away', errorFields(error)),
    );

  return {
    watch: job.watch,
    cancel: job.cancel,
    async export(chatId, format) {
      if (job.isBusy()) return BUSY;
      const source = await openExportSource(deps, chatId);
      if (!source) return err({ code: 'not-found', message: 'This chat does not exist any more.' });
      const name = `${fileNameOf(source, chatId, deps.clock)}.${EXTENSION[format]}`;
      const file = await deps.pickSaveFile({ name, format });
      if (file === null) return ok(null);
      const exported = await run(job, ['export', file], async (step) => {
        const bytes = await writeBeside(file, write(counted(source, step), format, deps), {
          signal: step.signal,
          mark: deps.random.uuid().slice(0, 8),
        });
        return ok({ file, chats: source.chats.length, messages: step.done(), bytes });
      });
      return exported as Result<Exported, Failing<ExportCodes>>;
    },
    async chooseImport() {
      if (job.isBusy()) return BUSY;
      const file = await deps.pickImportFile();
      if (file === null) return ok(null);
      await swept;
      return run(job, ['look', file], async (step) => {
        seen = await lookAt(deps, file, step);
        return ok(seen.preview);
      });
    },
    async import(again) {
      const chosen = seen;
      if (!chosen) return CANCELLED;
      return run(job, ['import', chosen.file], async (step) => {
        const brought = await importInto(deps, chosen, { ...step, again });
        if (brought.ok && brought.value.chats > 0) seen = null;
        return brought;
      });
    },
    async close() {
      job.cancel();
      await Promise.all([swept, job.idle()]);
    },
  };
}

function write(source: ExportSource, format: ExportFormat, deps: TransferDeps): AsyncIterable<string> {
  if (format === 'markdown') return writeMarkdown(source);
  if (format === 'html') return writeHtml(source);
  return writeJson(source, {
    exportId: deps.random.uuid(),
    exportedAt: new Date(deps.clock.now()).toISOString(),
    appVersion: deps.version,
  });
}

function counted(source: ExportSource, step: Step): ExportSource {
  let done = 0;
  return {
    ...source,
    async *read(chat) {
      for await (const message of source.read(chat)) {
        step.signal.throwIfAborted();
        done += 1;
        step.tell(done, source.messages);
        yield message;
      }
    },
  };
}

type Job = ReturnType<typeof createJob>;

/** One at a time, with words for what ends it. */
async function run<T, E extends string>(
  job: Job,
  [what, file]: readonly [JobKind, string],
  work: (step: Step) => Promise<Result<T, Failing<E>>>,
): Promise<Result<T, Failing<E | LookCodes>>> {
  const step = job.begin(what, file);
  if (!step) return BUSY;
  try {
    return await work(step);
  } catch (error) {
    if (step.signal.aborted) return CANCELLED;
    if (error instanceof ExportProblem) return err({ code: error.code, message: error.message });
    const words = fileProblem(error, path.basename(file), what === 'export' ? 'write' : 'read');
    if (words === null) throw error;
    return err({ code: 'file', message: words });
  } finally {
    step.end();
  }
}

/** A title may hold anything; a file's name may not. */
function fileNameOf({ chats }: ExportSource, chatId: ChatId | null, clock: Clock): string {
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const title = chatId === null ? '' : (chats[0]?.title ?? '');
  const plain = title
    .replaceAll(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 60)
    .trim();
  return plain === '' ? `Gaffer chats ${day}` : plain;
}
