// npm run build: leaves the app in out/. `--if-needed` does nothing when out/ belongs to the present sources.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { withBuildLock } from './lib/build-lock.mjs';
import { bin, capture, root, say as sayOnTerminal } from './lib/run.mjs';
import { ensurePackages } from './packages.mjs';

const stampFile = path.join(root, 'out/.stamp');
const sources = ['agent', 'main', 'preload', 'renderer', 'shared', 'resources'];
const settings = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json'];

/** Builds everything; returns false when `ifNeeded` and there was nothing to do. */
export async function build({ ifNeeded = false, say = sayOnTerminal } = {}) {
  ensurePackages({ say });
  if (ifNeeded && isBuilt()) return false;
  return await withBuildLock(() => {
    // Whoever waited for another build of the same sources is served by it.
    if (ifNeeded && isBuilt()) return false;
    fs.rmSync(stampFile, { force: true });
    const stamp = fingerprint();
    say('Build: main, preload, window …');
    capture(bin('electron-vite'), ['build', '--logLevel', 'warn'], toolOptions);
    say('Build: workspace agent …');
    capture(bin('vite'), ['build', '-c', 'agent/vite.config.ts', '--logLevel', 'warn'], toolOptions);
    prepareDatabase(say);
    fs.writeFileSync(stampFile, stamp);
    return true;
  });
}

/** A file's path, size and time of change stand for its content. */
function isBuilt() {
  return fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === fingerprint();
}

const toolOptions = { timeout: 5 * 60_000, shell: process.platform === 'win32' };

/** The directory that a first run copies instead of creating a database cluster. */
function prepareDatabase(say) {
  const script = ['prepare-database.ts', 'prepare-database.mjs']
    .map((name) => path.join(root, 'scripts', name))
    .find((file) => fs.existsSync(file));
  if (script === undefined)
    return say('Build: no scripts/prepare-database yet; the first start makes its own.');
  say('Build: prepared database …');
  if (script.endsWith('.ts')) capture(bin('tsx'), [script], toolOptions);
  else capture(process.execPath, [script], toolOptions);
}

function fingerprint() {
  const hash = createHash('sha256');
  const note = (file) => {
    const { size, mtimeMs } = fs.statSync(path.join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  };
  for (const folder of sources) for (const file of filesBelow(folder)) note(file);
  for (const file of settings) note(file);
  for (const file of filesBelow('scripts').filter((name) => name.includes('prepare-database'))) note(file);
  return hash.digest('hex');
}

function filesBelow(folder) {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

if (process.argv[1] === import.meta.filename) {
  const startedAt = Date.now();
  try {
    const built = await build({ ifNeeded: process.argv.includes('--if-needed') });
    if (built) sayOnTerminal(`Build: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
  } catch (error) {
    sayOnTerminal(`Build failed.\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
