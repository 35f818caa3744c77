import fs from 'node:fs';
import path from 'node:path';

const O_CLOEXEC = 0o2000000;
const STANDARD = 2;

/**
 * Closes what came from the parent besides the standard streams, so that a child that lives on does not keep it open.
 * Electron's main process hands down Chromium's sockets, pipes and locked files to whatever it starts on Linux: an
 * agent that held them would keep the windows of a killed app alive and its data directory busy.
 *
 * Only what can be inherited is looked at; all that Node itself opened cannot. Of the rest, what this very program may
 * need is left: files of its own installation and the kernel's anonymous objects.
 */
export function closeInherited(): void {
  if (process.platform !== 'linux') return;
  const own = path.dirname(fs.realpathSync(process.execPath)) + path.sep;
  for (const name of fs.readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd <= STANDARD) continue;
    try {
      if (isInheritable(fd) && !isNeeded(fs.readlinkSync(`/proc/self/fd/${fd}`), own)) fs.closeSync(fd);
    } catch {
      // Closed in the meantime, as the one that listed this directory was.
    }
  }
}

function isInheritable(fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
}

function isNeeded(target: string, own: string): boolean {
  return target.startsWith('anon_inode:') || target.startsWith(own);
}
