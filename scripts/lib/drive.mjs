import fs from 'node:fs';
import path from 'node:path';
import { build } from '../build.mjs';
import { ensureElectron } from '../electron.mjs';
import { ensurePackages } from '../packages.mjs';
import { ensureSystem } from '../system.mjs';
import { bin, root, runThrough, say } from './run.mjs';
import { withDisplay } from './with-display.mjs';

/** Runs `<folder>/index.ts` against the built app, with a display and a session bus; ends with its exit code. */
export async function drive(folder) {
  try {
    const entry = path.join(root, folder, 'index.ts');
    if (!fs.existsSync(entry)) throw new Error(`There is no ${folder}/index.ts.`);
    ensurePackages();
    ensureSystem({ forTests: true });
    await ensureElectron();
    await build({ ifNeeded: true });
    const { command, args } = withDisplay(bin('tsx'), [entry, ...process.argv.slice(2)]);
    process.exitCode = await runThrough(command, args);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
