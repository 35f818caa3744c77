import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isAlive, killNow, namesDirectory, processTree } from '../../e2e/fixtures/process-tree.ts';
import { mountSmallDisk, type SmallDisk, smallDiskMissing } from '../../e2e/fixtures/small-disk.ts';
import { type Sshd, startSshd } from '../../e2e/fixtures/sshd.ts';
import { startWire, type Wire } from '../harness/wire.ts';
import type { Chance } from '../random.ts';

const DISK_MIB = 96;
/** Told to end by this file, so that none outlives its torture. */
const STOP_FILE = 'stop';
const TICK_MS = 100;

export interface Agent {
  readonly pid: number;
  readonly version: string;
}

/** A machine of its own, as far as one can be had: a server, a home, a disk, and the line to it. */
export interface TortureHost {
  readonly name: string;
  readonly sshd: Sshd;
  readonly wire: Wire;
  /** As a person types it. */
  readonly target: string;
  /** Where its chats work. */
  readonly work: string;
  /** Null: the machine that we run on lets nobody mount one. */
  readonly disk: SmallDisk | null;
  /** For known_hosts. */
  readonly knownHost: string;
  /** Those that live there now. */
  agents(): readonly Agent[];
  /** As after a new installation: the server has another key from now on. `back` gives it the old one again. */
  changeKey(): Promise<{ back(): Promise<void> }>;
  /** A command that prints a number every now and then until the host is left. */
  readonly tickingCommand: string;
  stopTicking(): void;
  dispose(): Promise<void>;
}

export async function startHost(
  name: string,
  { dir, chance }: { dir: string; chance: Chance },
): Promise<TortureHost> {
  const disk = smallDiskMissing() === null ? mountSmallDisk(DISK_MIB) : null;
  const home = path.join(disk?.directory ?? path.join(dir, name), 'home');
  const work = path.join(home, 'work');
  fs.mkdirSync(work, { recursive: true });
  const sshd = await startSshd({ setEnv: { HOME: home } });
  const wire = await startWire({ port: sshd.port, dice: () => chance.next() });
  const agents = () => agentsBelow(path.join(home, '.gaffer/run'));
  return {
    name,
    sshd,
    wire,
    target: `${sshd.username}@127.0.0.1:${wire.port}`,
    work,
    disk,
    knownHost: `[127.0.0.1]:${wire.port} ${sshd.hostKey}\n`,
    agents,
    changeKey: () => changeKey(sshd),
    tickingCommand:
      `echo start >> starts; i=0; while [ ! -e ${STOP_FILE} ]; do i=$((i+1)); echo tick $i; sleep ${TICK_MS / 1000}; ` +
      'done; echo end $i',
    stopTicking: () => fs.writeFileSync(path.join(work, STOP_FILE), ''),
    async dispose() {
      disk?.free();
      if (fs.existsSync(work)) fs.writeFileSync(path.join(work, STOP_FILE), '');
      await wire.close();
      await sshd.dispose();
      for (const { pid } of agents()) killNow(processTree(pid).toReversed());
      await disk?.unmount();
      fs.rmSync(path.join(dir, name), { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** By the files in which they say where they are. */
function agentsBelow(run: string): readonly Agent[] {
  if (!fs.existsSync(run)) return [];
  return fs.readdirSync(run, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    if (!name.endsWith('.json')) return [];
    try {
      const { pid, version } = JSON.parse(fs.readFileSync(path.join(run, name), 'utf8')) as Agent;
      return isAlive(pid) && namesDirectory(pid, path.dirname(run)) ? [{ pid, version }] : [];
    } catch {
      return [];
    }
  });
}

async function changeKey(sshd: Sshd): Promise<{ back(): Promise<void> }> {
  const file = path.join(sshd.dir, 'host_key');
  const [kept, publicPart] = [`${file}.kept`, `${file}.pub`];
  fs.renameSync(file, kept);
  fs.rmSync(publicPart, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  await sshd.restart();
  return {
    async back() {
      fs.rmSync(publicPart);
      fs.renameSync(kept, file);
      await sshd.restart();
    },
  };
}
