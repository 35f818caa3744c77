import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../base/random.ts';

interface CopiesDeps {
  /** Of its own: all that is in it goes. */
  readonly directory: string;
  /** With the system's program for such files. Answers why not; empty: it is open. */
  openPath(file: string): Promise<string>;
  readonly random: Random;
}

/** Copies of files for the system's own viewers. Only this user can read them, nobody changes them, and they go with the app. */
export interface PrivateCopies {
  /** The extension is ours: the system decides by it which program is started. */
  show(name: string, extension: string, data: Uint8Array): Promise<'shown' | 'no-viewer'>;
  close(): Promise<void>;
}

export function createPrivateCopies({ directory, openPath, random }: CopiesDeps): PrivateCopies {
  const clear = () => rm(directory, { recursive: true, force: true });
  // What an app left that was killed. Each copy has a folder of its own: names repeat.
  let cleared: Promise<void> | null = null;
  return {
    async show(name, extension, data) {
      await (cleared ??= clear());
      const folder = path.join(directory, random.uuid());
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = path.join(folder, copyName(name, extension));
      await writeFile(file, data, { flag: 'wx', mode: 0o600 });
      await chmod(file, 0o400);
      return (await openPath(file)) === '' ? 'shown' : 'no-viewer';
    },
    close: clear,
  };
}

/** Its name as far as every system takes it, and exactly one extension that means something. */
export function copyName(name: string, extension: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const stem = last.toLowerCase().endsWith(`.${extension}`) ? last.slice(0, -extension.length - 1) : last;
  // oxlint-disable-next-line no-control-regex -- no system takes them
  const plain = stem.replaceAll(/[<>:"|?*\u0000-\u001f]/g, '_').replace(/^[\s.-]+|[\s.]+$/g, '');
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(plain.split('.')[0] ?? '');
  return `${isDevice || plain === '' ? `file ${plain}`.trim() : plain.slice(0, 100)}.${extension}`;
}
