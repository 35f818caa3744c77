import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** The files that a pattern of `Include` names, in order; none when there are none. */
export async function findFiles(pattern: string): Promise<readonly string[]> {
  const { root } = path.parse(pattern);
  let found: readonly string[] = [root];
  for (const segment of pattern.slice(root.length).split(/[/\\]/)) {
    if (!/[*?[]/.test(segment)) {
      found = found.map((dir) => path.join(dir, segment));
      continue;
    }
    const test = segmentTest(segment);
    const next = await Promise.all(
      found.map(async (dir) => {
        const names = await readdir(dir).catch(() => []);
        return names.filter((name) => test(name)).map((name) => path.join(dir, name));
      }),
    );
    found = next.flat();
  }
  return found.toSorted();
}

/** As glob(7): a name that begins with a dot is matched by a dot only. */
function segmentTest(segment: string): (name: string) => boolean {
  const source = segment.replace(/\[!?[^\]]+\]|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length === 1) return `\\${part}`;
    return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
  });
  const whole = new RegExp(`^${source}$`, 's');
  return (name) => (segment.startsWith('.') || !name.startsWith('.')) && whole.test(name);
}
