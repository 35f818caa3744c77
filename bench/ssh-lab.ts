import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Sshd, sshdMissing, startSshd } from '../e2e/fixtures/sshd.ts';
import { CALM, startWire, type Wire } from '../torture/harness/wire.ts';
import { makeScratch } from './electron.ts';
import { type BuiltHost, builtHost } from './remote-host.ts';

const run = promisify(execFile);
const LINES = 400;

/** One OpenSSH server, reached as we reach it and as OpenSSH's own client does, over one line. */
export interface SshLab {
  /** A source file of a usual size, on the host. */
  readonly file: string;
  readonly content: string;
  /** The far end moves: so long takes a byte there and back. For connections that are made afterwards. */
  roundTrip(ms: number): void;
  /** Nothing is connected yet. */
  host(): Promise<BuiltHost>;
  /** OpenSSH, with nothing of this machine's configuration. Answers what the command printed. */
  ssh(options: readonly string[], command: readonly string[]): Promise<string>;
  /** A connection of OpenSSH's that `ssh` may share: `options` are for its users. */
  master(): Promise<{ readonly options: readonly string[]; end(): Promise<void> }>;
}

export async function withSshLab<T>(work: (lab: SshLab) => Promise<T>): Promise<T> {
  const missing = sshdMissing();
  if (missing !== null) throw new Error(missing);
  const scratch = makeScratch();
  // A home of its own: what the person's own shell does at its start is not what is compared.
  const home = path.join(scratch.dir, 'host');
  fs.mkdirSync(home);
  const sshd = await startSshd({ setEnv: { HOME: home } });
  const wire = await startWire({ port: sshd.port });
  try {
    return await work(labOf(sshd, wire, scratch.dir));
  } finally {
    await wire.close();
    await sshd.dispose();
    await scratch.remove();
  }
}

function labOf(sshd: Sshd, wire: Wire, dir: string): SshLab {
  const home = path.join(dir, 'home');
  const knownHostsFile = path.join(home, '.ssh/known_hosts');
  fs.mkdirSync(path.dirname(knownHostsFile), { recursive: true, mode: 0o700 });
  fs.writeFileSync(
    knownHostsFile,
    [sshd.port, wire.port].map((port) => `[127.0.0.1]:${port} ${sshd.hostKey}\n`).join(''),
  );
  const file = path.join(dir, 'source.txt');
  const content = Array.from(
    { length: LINES },
    (_, n) => `line ${n + 1} of a source file of a usual size\n`,
  ).join('');
  fs.writeFileSync(file, content);
  // Without a delay the line itself would be what is measured.
  let port = sshd.port;
  const settings = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${knownHostsFile}`];
  const common = () =>
    ['-F', 'none', '-i', sshd.clientKey, '-p', String(port), '-l', sshd.username].concat(
      settings.flatMap((setting) => ['-o', setting]),
    );
  return {
    file,
    content,
    roundTrip(ms) {
      wire.weather({ ...CALM, oneWayMs: ms / 2 });
      port = ms === 0 ? sshd.port : wire.port;
    },
    host: () =>
      builtHost({
        target: `${sshd.username}@${sshd.hostname}:${port}`,
        identityFile: sshd.clientKey,
        home,
      }),
    async ssh(options, command) {
      return (await run('ssh', [...common(), ...options, sshd.hostname, ...command])).stdout;
    },
    async master() {
      const socket = path.join(dir, `master-${port}`);
      const shared = ['-o', `ControlPath=${socket}`];
      const child = spawn('ssh', [...common(), ...shared, '-M', '-N', sshd.hostname], { stdio: 'ignore' });
      const ended = once(child, 'exit');
      while (!fs.existsSync(socket)) {
        if (child.exitCode !== null) throw new Error('The shared connection of ssh ended at once');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return {
        options: ['-S', socket],
        async end() {
          child.kill();
          await ended;
        },
      };
    },
  };
}
