import fs from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '@shared/util/result.ts';

interface Failed {
  readonly code: 'failed';
  readonly message: string;
}

/** What the person tells every agent on this computer. */
export interface OwnInstructions {
  /** What cannot be read is not taken for empty: it would be lost with the next saving. */
  load(): Promise<Result<{ readonly file: string; readonly text: string }, Failed>>;
  save(text: string): Promise<Result<null, Failed>>;
}

/** `~/.gaffer/AGENTS.md`, in whatever case it is written there; the workspace agent reads it, too. */
export function createOwnInstructions(homeDir: string): OwnInstructions {
  const directory = path.join(homeDir, '.gaffer');
  const place = async () => {
    const names = await fs.readdir(directory).catch(() => []);
    return path.join(directory, names.find((name) => name.toLowerCase() === 'agents.md') ?? 'AGENTS.md');
  };
  return {
    async load() {
      const file = await place();
      return fs.readFile(file, 'utf8').then(
        (text) => ok({ file, text }),
        (error: unknown) =>
          codeOf(error) === 'ENOENT' ? ok({ file, text: '' }) : failed(file, 'read', error),
      );
    },
    async save(text) {
      const file = await place();
      try {
        if (text.trim() === '') await fs.rm(file, { force: true });
        else await write(file, text);
        return ok(null);
      } catch (error) {
        return failed(file, 'written', error);
      }
    },
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

function failed(file: string, what: 'read' | 'written', error: unknown) {
  return err<Failed>({ code: 'failed', message: `${file} could not be ${what} (${codeOf(error)}).` });
}

/** Whole or not at all; where it is a link, what that leads to. */
async function write(link: string, text: string): Promise<void> {
  const file = await fs.realpath(link).catch(() => link);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(`${file}.new`, text.endsWith('\n') ? text : `${text}\n`);
  await fs.rename(`${file}.new`, file);
}
