import fs from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '@shared/util/result.ts';

/** What the person tells every agent on this computer. */
export interface OwnInstructions {
  load(): Promise<{ readonly file: string; readonly text: string }>;
  save(text: string): Promise<Result<null, { readonly code: 'failed'; readonly message: string }>>;
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
      return { file, text: await fs.readFile(file, 'utf8').catch(() => '') };
    },
    async save(text) {
      const file = await place();
      try {
        if (text.trim() === '') await fs.rm(file, { force: true });
        else await write(file, text);
        return ok(null);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
        return err({ code: 'failed', message: `${file} could not be written (${code}).` });
      }
    },
  };
}

/** Whole or not at all. */
async function write(file: string, text: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(`${file}.new`, text.endsWith('\n') ? text : `${text}\n`);
  await fs.rename(`${file}.new`, file);
}
