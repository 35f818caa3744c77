import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../base/random.ts';

/**
 * Which computer this is, for those who share its folders and its agent: it stands beside the agent's journal, in
 * `directory`. Made at first use; all processes of one home directory get the same.
 */
export async function loadMachineId(directory: string, random: Random): Promise<string> {
  const file = path.join(directory, 'machine-id');
  const known = await read(file);
  if (known !== null) return known;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const id = random.uuid();
  const aside = `${file}.${id}`;
  await writeFile(aside, id, { mode: 0o600 });
  try {
    // Whole or not at all, and only for the first of several processes.
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
  return (await read(file)) ?? id;
}

async function read(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
