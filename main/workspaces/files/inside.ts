import path from 'node:path';

/** Paths of the machine where this directory lies, which may be of another kind than this one. */
export function pathsOf(directory: string): path.PlatformPath {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(directory) ? path.win32 : path.posix;
}

/** `real` is the directory or lies below it. Both absolute, after resolving symlinks. */
export function isInside(directory: string, real: string): boolean {
  const paths = pathsOf(directory);
  const [first] = paths.relative(directory, real).split(paths.sep);
  return first !== '..' && !paths.isAbsolute(paths.relative(directory, real));
}
