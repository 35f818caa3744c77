import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../e2e/fixtures/app.ts';
import { type Findings, row } from './report.ts';

const out = path.join(root, 'out');
/** What a package holds beside `out/`: the packages that are not bundled, and what those need. */
const PACKAGES = ['@electric-sql/pglite', 'ssh2', 'asn1', 'safer-buffer', 'bcrypt-pbkdf', 'tweetnacl'];

/** What is loaded at first, and what is shipped. Sizes do not vary: each is measured once. */
export async function benchSize(): Promise<Findings> {
  const page = fs.readFileSync(path.join(out, 'renderer/index.html'), 'utf8');
  // The entry and what it names for preloading; what is imported later on demand is not waited for.
  const scripts = [...page.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const initial = scripts.map((name) => gzipSync(fs.readFileSync(path.join(out, 'renderer', name))).length);
  const payload = [out, ...PACKAGES.map((name) => path.join(root, 'node_modules', name))];
  const below = (target: number) => (value: number) => value <= target;
  return {
    rows: [
      row({
        name: 'size.renderer',
        value: sum(initial) / 1e3,
        unit: 'kB gzip',
        target: '≤ 350 kB',
        meets: below(350),
      }),
      row({
        name: 'size.agent',
        value: fs.statSync(path.join(out, 'agent/agent.cjs')).size / 1e3,
        unit: 'kB',
        target: '≤ 150 kB',
        meets: below(150),
      }),
      row({
        name: 'size.payload',
        value: sum(payload.map(bytesBelow)) / 1e6,
        unit: 'MB',
        target: '≤ 30 MB',
        meets: below(30),
      }),
    ],
    notes: [`size.payload: out/ ${mb(out)} MB and ${PACKAGES.join(', ')} without unused parts`],
  };
}

function mb(directory: string): string {
  return (bytesBelow(directory) / 1e6).toFixed(1);
}

/** What the engine's package holds besides: extensions that we do not load, and itself once more as CommonJS. */
const NOT_PACKED = /@electric-sql\/pglite\/dist\/.*\.(?:tar\.gz|cjs)$/;

/** Source maps and type declarations stay at home. */
function bytesBelow(directory: string): number {
  if (!fs.existsSync(directory)) return 0;
  const files = fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(map|d\.[cm]?ts)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !NOT_PACKED.test(file.split(path.sep).join('/')));
  return sum(files.map((file) => fs.statSync(file).size));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
