import path from 'node:path';

/** Below `/proc`: what shows or leads into the memory, the environment and the open files of a process. */
const OF_A_PROCESS =
  /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:environ|mem|auxv|maps|smaps\w*|numa_maps|pagemap|clear_refs|map_files|fd|cwd|root|exe|stack|syscall)(?:\/|$)/;
/** Of the kernel: its memory, its log (which blocks who reads it), its traces. */
const OF_THE_KERNEL =
  /^\/(?:proc\/(?:kcore|kmsg|kallsyms|kpage\w+|vmcore|sysrq-trigger|keys|key-users)|sys\/kernel\/(?:debug|tracing|security))(?:\/|$)/;

/**
 * What no request may read, write or list, in any mode. `real` is a path without links; `ownRoot`, just as real, is the
 * home of the agent: of what lies there only the person's `AGENTS.md` is anybody's business.
 */
export function isForbidden(real: string, ownRoot: string): boolean {
  return OF_A_PROCESS.test(real) || OF_THE_KERNEL.test(real) || isOwn(real, ownRoot);
}

function isOwn(real: string, ownRoot: string): boolean {
  if (!real.startsWith(ownRoot + path.sep)) return false;
  return real.slice(ownRoot.length + 1).toLowerCase() !== 'agents.md';
}

/** Where there are no files to be written, only switches. */
export function isOfKernel(real: string): boolean {
  return /^\/(?:proc|sys)(?:\/|$)/.test(real);
}

/** Trees of the kernel, where nothing is worth a search and reading may block. */
export function isSystemTree(real: string): boolean {
  return isOfKernel(real) || /^\/dev(?:\/|$)/.test(real);
}
