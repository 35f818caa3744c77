import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bin, root } from './run.mjs';

const folders = ['shared', 'main', 'preload', 'renderer', 'agent', 'e2e', 'bench', 'torture', 'scripts'];
const WITHIN_MS = 5 * 60_000;

/** What `npm run check` looks at besides the unit tests, each a command that says by its exit code. */
function checks() {
  const present = folders.filter((folder) => fs.existsSync(path.join(root, folder)));
  const typed = present.filter((folder) => hasTypes(path.join(root, folder)));
  return [
    { name: 'format', command: [bin('biome'), 'ci', '--colors=off', '.'] },
    { name: 'lint', command: [bin('oxlint'), ...present] },
    ...typed.map((folder) => ({ name: `types of ${folder}`, command: [bin('tsc'), '-p', folder] })),
    { name: 'import lines', command: [bin('tsx'), 'scripts/check-layers.ts'] },
    { name: 'unused code', command: [bin('knip'), '--no-progress'] },
    { name: 'known regressions', command: [process.execPath, 'scripts/regress.mjs', '--open'] },
  ];
}

/** Runs them side by side; output only of those that fail. */
export async function runChecks(say) {
  const waiting = checks();
  const result = { passed: 0, failed: 0, failures: [] };
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { code, output } = await run(check.command);
      if (code === 0) result.passed += 1;
      else {
        result.failed += 1;
        result.failures.push(`${check.name}\n${output.trim()}`);
        say(`\n✗ ${check.name}\n${output.trim()}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, os.availableParallelism()) }, work));
  return result;
}

function hasTypes(folder) {
  return (
    fs.existsSync(path.join(folder, 'tsconfig.json')) &&
    fs.readdirSync(folder, { recursive: true }).some((name) => /\.tsx?$/.test(String(name)))
  );
}

function run([program, ...args]) {
  return new Promise((resolve) => {
    const options = { cwd: root, timeout: WITHIN_MS, shell: process.platform === 'win32' };
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
