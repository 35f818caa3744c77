import { stat } from 'node:fs/promises';

/** Another one when a name has come or gone; what the files hold does not count. Null: it is no directory. */
export async function directoryStamp(resolved: string): Promise<string | null> {
  return stat(resolved).then(
    (found) => (found.isDirectory() ? `${found.ino}:${found.mtimeMs}:${found.mode}` : null),
    () => null,
  );
}
