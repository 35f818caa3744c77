// npm run tour: numbered pictures of every scene in test-results/tour, dark, light and in high contrast, at three widths.
import { build } from './build.mjs';
import { ensureElectron } from './electron.mjs';
import { bin, runThrough } from './lib/run.mjs';
import { withDisplay } from './lib/with-display.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureSystem } from './system.mjs';

ensurePackages();
ensureSystem({ forTests: true });
await ensureElectron();
await build({ ifNeeded: true });
const asked = ['test', '--config=playwright.tour.config.ts', ...process.argv.slice(2)];
const { command, args } = withDisplay(bin('playwright'), asked);
process.exitCode = await runThrough(command, args);
