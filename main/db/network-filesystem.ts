import { readFile, realpath } from 'node:fs/promises';
import { DatabaseFault } from './fault.ts';

const NETWORK_TYPES =
  /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|lustre|fuse\.(sshfs|rclone|s3fs|gvfsd-fuse|davfs\d?))$/;

/** Such systems neither lock nor sync as the database needs. Faults with `network-filesystem`. */
export async function refuseNetworkFilesystem(directory: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const type = mountType(await readFile('/proc/self/mountinfo', 'utf8'), await realpath(directory));
  if (type === null || !NETWORK_TYPES.test(type)) return;
  throw new DatabaseFault(
    'network-filesystem',
    `The data directory lies on a network file system (${type}).`,
  );
}

/** The type of the file system that holds `path`: of the deepest mount, and of those the last. */
export function mountType(mountinfo: string, path: string): string | null {
  let best: { point: string; type: string } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const point = left
      ?.split(' ')[4]
      ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const type = right?.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (holds && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best?.type ?? null;
}
