/** A path below a workspace's directory, as its machine calls it. */
export function absolutePath(directory: string, path: string): string {
  const isWindows = /^(?:[A-Za-z]:[\\/]|\\\\)/.test(directory);
  const separator = isWindows ? '\\' : '/';
  const below = isWindows ? path.replaceAll('/', separator) : path;
  return `${directory.endsWith(separator) ? directory.slice(0, -1) : directory}${separator}${below}`;
}
