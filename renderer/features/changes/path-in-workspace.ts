/** A path below the root of a repository, as one below the workspace's directory. Null: it is not in there. */
export function pathInWorkspace(root: string, directory: string, path: string): string | null {
  const slashed = (at: string) => at.replaceAll('\\', '/').replace(/\/$/, '');
  const isWindows = /^[A-Za-z]:[\\/]/.test(directory);
  const [top, own] = isWindows ? [slashed(root), slashed(directory)] : [root, directory.replace(/\/$/, '')];
  const whole = `${top.replace(/\/$/, '')}/${path}`;
  return whole.startsWith(`${own}/`) ? whole.slice(own.length + 1) : null;
}
