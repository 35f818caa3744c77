/** A directory as people write it: "~/src/shop" for one in their home. */
export function shortPath(directory: string, home: string): string {
  if (home === '' || !directory.startsWith(home)) return directory;
  const rest = directory.slice(home.length);
  if (rest === '') return '~';
  return /^[/\\]/.test(rest) ? `~${rest}` : directory;
}
