// Who may import whom (HOUSE.md), checked over every import in the sources; then the longest files.
//   tsx scripts/check-layers.ts
import fs from 'node:fs';
import path from 'node:path';
import { importsIn, judge, type Source } from './lib/layers.ts';

const root = path.resolve(import.meta.dirname, '..');
const folders = ['shared', 'preload', 'renderer', 'agent', 'main', 'e2e', 'bench', 'torture'];
const LONG = 300;

const files = folders.flatMap((folder) =>
  fs.existsSync(path.join(root, folder))
    ? fs
        .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
        .map((entry) => path.posix.join(path.relative(root, entry.parentPath), entry.name))
    : [],
);

const sources: Source[] = files.map((file) => {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  return { file, lines: text.split('\n').length - 1, imports: importsIn(text) };
});
const broken = sources.flatMap(judge);
for (const { file, imports, rule } of broken) console.error(`${file} imports ${imports}: ${rule}`);

const long = sources
  .filter((s) => s.lines > LONG && !/\.test\.tsx?$/.test(s.file))
  .toSorted((a, b) => b.lines - a.lines);
for (const { file, lines } of long) console.log(`${file} has ${lines} lines: does it hold two things?`);
console.log(`${sources.length} files, ${broken.length} imports against the lines.`);
if (broken.length > 0) process.exitCode = 1;
