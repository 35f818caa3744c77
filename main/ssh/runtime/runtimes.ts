import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { createSlots } from '../../base/slots.ts';
import { archiveName, type FetchPlace, fetchWays, type Said } from './fetch-package.ts';
import { type RuntimeArch, type RuntimePackage, runtimePackages } from './packages.ts';
import { readTarEntry } from './tar-entry.ts';

export interface RuntimeFile {
  readonly version: string;
  /** `bin/node`, gzip. */
  readonly packed: Buffer;
  /** Of what it unpacks to. */
  readonly sha256: string;
  readonly bytes: number;
}

/** It cannot be had: `message` says what is missing, `fix` how to provide it. */
export class RuntimeMissing extends Error {
  override readonly name = 'RuntimeMissing';
  readonly detail: string;
  readonly fix: string;
  constructor(message: string, detail: string, fix: string) {
    super(message);
    this.detail = detail;
    this.fix = fix;
  }
}

/** Node.js for hosts that have none: fetched at first need, kept packed. */
export interface Runtimes {
  /** `say` hears what is being done. Throws RuntimeMissing or the signal's reason. */
  load(arch: RuntimeArch, say: Said, signal: AbortSignal): Promise<RuntimeFile>;
}

export interface RuntimesOptions extends Omit<FetchPlace, 'dir'> {
  /** Below the user data directory; made when it is needed. */
  readonly dir: string;
  readonly packages?: Readonly<Record<RuntimeArch, RuntimePackage>>;
}

export function createRuntimes(options: RuntimesOptions): Runtimes {
  const packages = options.packages ?? runtimePackages;
  const turn = createSlots(1);
  return {
    async load(arch, say, signal) {
      const wanted = packages[arch];
      const leave = await turn.of(arch).take(signal);
      try {
        const file = path.join(options.dir, `${wanted.name}-${wanted.version}.gz`);
        if (!(await isWhole(file, wanted))) await provide(options, wanted, file, { say, signal });
        const { version, sha256, bytes } = wanted;
        return { version, sha256, bytes, packed: await readFile(file) };
      } finally {
        leave();
      }
    },
  };
}

interface Asked {
  readonly say: Said;
  readonly signal: AbortSignal;
}

async function isWhole(file: string, wanted: RuntimePackage): Promise<boolean> {
  if ((await stat(file).catch(() => null)) === null) return false;
  const hash = createHash('sha256');
  return pipeline(createReadStream(file), createGunzip(), (bytes) => feed(hash, bytes)).then(
    () => hash.digest('hex') === wanted.sha256,
    () => false,
  );
}

async function feed(hash: Hash, bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of bytes) hash.update(chunk);
}

/** Takes the archive that somebody put beside it, or fetches one, and packs what we need of it. */
async function provide(
  options: RuntimesOptions,
  wanted: RuntimePackage,
  file: string,
  asked: Asked,
): Promise<void> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(options.dir, 'fetch-'));
  const failures: string[] = [];
  try {
    const { env, home } = options;
    const place = { env, home, dir: scratch };
    const brought = async () => {
      const archive = path.join(options.dir, archiveName(wanted));
      await access(archive);
      return archive;
    };
    for (const way of [brought, ...fetchWays]) {
      try {
        const archive = await way(wanted, place, asked.say, asked.signal);
        asked.say(`Checking and packing Node.js ${wanted.version}`);
        await pack(archive, wanted, path.join(scratch, 'packed'), asked.signal);
        await rename(path.join(scratch, 'packed'), file);
        return;
      } catch (error) {
        asked.signal.throwIfAborted();
        const isThere = way !== brought || !isMissing(error);
        if (isThere) failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  throw missing(options, wanted, failures);
}

async function pack(
  archive: string,
  wanted: RuntimePackage,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const whole = createHash('sha512');
  await pipeline(createReadStream(archive), (bytes) => feed(whole, bytes), { signal });
  if (whole.digest('base64') !== wanted.sha512)
    throw new Error(`${archiveName(wanted)} is not the package that was pinned: its SHA-512 differs`);
  const kept = createHash('sha256');
  const keep = async function* (archived: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of readTarEntry(archived, wanted.entry)) {
      kept.update(piece);
      yield piece;
    }
  };
  const write = createWriteStream(target, { mode: 0o600 });
  await pipeline(createReadStream(archive), createGunzip(), keep, createGzip(), write, { signal });
  if (kept.digest('hex') !== wanted.sha256)
    throw new Error(`${wanted.entry} is not the file that was pinned`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function missing(
  options: RuntimesOptions,
  wanted: RuntimePackage,
  failures: readonly string[],
): RuntimeMissing {
  const spec = `${wanted.name}@${wanted.version}`;
  return new RuntimeMissing(
    `Node.js ${wanted.version} for it could not be fetched: the package ${spec} was not to be had.`,
    failures.join('\n'),
    `Connect this computer to its package registry, or run "npm pack ${spec}" elsewhere and put the file in ${options.dir}.`,
  );
}
