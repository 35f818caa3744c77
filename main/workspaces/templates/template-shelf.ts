import { watch } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TemplateId } from '@shared/model/ids.ts';
import type { BrokenTemplate, Template } from '@shared/model/template.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { type Broadcast, createBroadcast } from '../../base/broadcast.ts';
import { errorFields, type Log } from '../../base/log.ts';
import { builtIns } from './built-in.ts';
import { parseTemplate } from './parse-template.ts';

const EXTENSION = '.yaml';
const MOST_FILES = 200;
/** Editors write a file in several steps. */
const SETTLE_MS = 100;

export interface ShelfRefusal {
  readonly code: 'invalid' | 'taken' | 'not-found';
  readonly message: string;
  /** One problem a line. */
  readonly detail?: string;
}

export interface ShelvedTemplate {
  readonly template: Template;
  readonly source: 'built-in' | 'user';
}

interface OwnFile {
  readonly name: string;
  readonly text: string;
  readonly read: Result<Template, readonly string[]>;
}

/** The templates that there are: ours, and the files of the person's directory, which are read again when they change. */
export class TemplateShelf {
  readonly #dir: string;
  readonly #log: Log;
  #own: readonly OwnFile[] = [];
  readonly #changes: Broadcast<null> = createBroadcast<null>();
  readonly #closing = new AbortController();
  #settling: ReturnType<typeof setTimeout> | null = null;
  #reading: Promise<void> = Promise.resolve();

  /** `dir`: of the person's files; made at the first one. */
  constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    try {
      const watcher = watch(this.#dir, { signal: this.#closing.signal, persistent: false }, () => {
        this.#settling ??= setTimeout(() => this.#settle(), SETTLE_MS);
      });
      watcher.on('error', () => watcher.close());
    } catch (error) {
      this.#log.warn('Templates are not watched.', errorFields(error));
    }
    await this.#reload();
  }

  list(): readonly ShelvedTemplate[] {
    const ours = builtIns.map(({ template }) => ({ template, source: 'built-in' as const }));
    const own = this.#own.flatMap(({ read }) =>
      read.ok ? { template: read.value, source: 'user' as const } : [],
    );
    return [...ours, ...own];
  }

  broken(): readonly BrokenTemplate[] {
    return this.#own.flatMap(({ name, read }) => (read.ok ? [] : { name, problems: read.error }));
  }

  get(id: string): Template | null {
    return this.list().find(({ template }) => template.id === id)?.template ?? null;
  }

  /** Null: there is none of this name. */
  read(name: string): string | null {
    const own = this.#own.find((file) => file.name === name);
    return own?.text ?? builtIns.find(({ template }) => template.name === name)?.text ?? null;
  }

  async save(
    was: string | null,
    text: string,
  ): Promise<Result<{ templateId: TemplateId; name: string }, ShelfRefusal>> {
    if (was !== null && !this.#own.some((file) => file.name === was)) return NOT_FOUND;
    const parsed = parseTemplate(text);
    if (!parsed.ok) {
      const [first = ''] = parsed.error;
      return err({
        code: 'invalid',
        message: `This is no template: ${first}`,
        detail: parsed.error.join('\n'),
      });
    }
    const { id, name } = parsed.value;
    const others = this.list().filter(
      ({ template, source }) => source === 'built-in' || template.name !== was,
    );
    const same = others.find(({ template }) => template.id === id || template.name === name);
    if (same || (name !== was && this.#own.some((file) => file.name === name))) {
      const what = same && same.template.name !== name ? `id, that of ${same.template.name}` : 'name';
      return err({ code: 'taken', message: `Another template has this ${what}.` });
    }
    const file = this.#fileOf(name);
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
    if (was !== null && was !== name) await rm(this.#fileOf(was), { force: true });
    await this.#reload();
    return ok({ templateId: id, name });
  }

  async remove(name: string): Promise<Result<null, ShelfRefusal>> {
    if (!this.#own.some((file) => file.name === name)) return NOT_FOUND;
    await rm(this.#fileOf(name), { force: true });
    await this.#reload();
    return ok(null);
  }

  changes(signal: AbortSignal): AsyncIterable<null> {
    return this.#changes.watch(AbortSignal.any([signal, this.#closing.signal]));
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The app is closing.', 'AbortError'));
    if (this.#settling) clearTimeout(this.#settling);
    await this.#reading;
  }

  #fileOf(name: string): string {
    return path.join(this.#dir, name + EXTENSION);
  }

  #settle(): void {
    this.#settling = null;
    this.#reload().catch((error: unknown) => {
      this.#log.warn('Templates could not be read again.', errorFields(error));
    });
  }

  /** One after another, so that the last state of the directory wins. */
  #reload(): Promise<void> {
    const reading = this.#reading.then(async () => {
      const own = await loadFiles(this.#dir);
      if (JSON.stringify(own) === JSON.stringify(this.#own)) return;
      this.#own = own;
      this.#changes.send(null);
    });
    this.#reading = reading.catch(() => undefined);
    return reading;
  }
}

const NOT_FOUND = err({ code: 'not-found' as const, message: 'There is no such template of yours.' });

async function loadFiles(dir: string): Promise<readonly OwnFile[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(EXTENSION)).sort();
  const files = await Promise.all(
    names.slice(0, MOST_FILES).map(async (file) => {
      const text = await readFile(path.join(dir, file), 'utf8').catch(() => null);
      return text === null ? [] : [{ name: file.slice(0, -EXTENSION.length), text }];
    }),
  );
  const taken = new Map(builtIns.map(({ template }) => [template.id as string, template.name]));
  return files.flat().map(({ name, text }) => {
    const read = named(name, parseTemplate(text));
    if (!read.ok) return { name, text, read };
    const other = taken.get(read.value.id);
    taken.set(read.value.id, name);
    return {
      name,
      text,
      read: other === undefined ? read : err([`The template ${other} has the same id.`]),
    };
  });
}

function named(
  file: string,
  read: Result<Template, readonly string[]>,
): Result<Template, readonly string[]> {
  if (!read.ok) return read;
  const { name } = read.value;
  if (builtIns.some(({ template }) => template.name === name)) {
    return err([`name: a template that Gaffer brings is called ${name}; take another one.`]);
  }
  return name === file
    ? read
    : err([`name: the file ${file}${EXTENSION} must hold a template called ${file}.`]);
}
