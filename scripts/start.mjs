// npm start [-- FOLDER]: installs what is missing, builds what is old, opens the window.
import path from 'node:path';
import { build } from './build.mjs';
import { ensureElectron } from './electron.mjs';
import { isRoot, root, runThrough, say } from './lib/run.mjs';
import { userEnv } from './lib/user-env.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureSystem, findProgram, hasDisplay } from './system.mjs';

const given = process.argv.slice(2);

/** npm runs us in the project's folder; FOLDER is meant from where the person is. */
function absoluteFolders(args) {
  const from = process.env.INIT_CWD ?? process.cwd();
  return args.map((arg) => (arg.startsWith('-') ? arg : path.resolve(from, arg)));
}

function requireDisplay() {
  if (hasDisplay()) return;
  const again = ['xvfb-run -a npm start', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  const sudo = isRoot ? '' : 'sudo ';
  const install = `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends xvfb xauth && `;
  const command = findProgram('xvfb-run') === null ? install + again : again;
  throw new Error(
    `There is no display here (DISPLAY is not set). With a virtual one it runs:\n\n    ${command}\n`,
  );
}

try {
  const startedAt = performance.now();
  requireDisplay();
  ensurePackages();
  const electron = await ensureElectron();
  ensureSystem();
  await build({ ifNeeded: true });
  const prepareMs = Math.round(performance.now() - startedAt);
  if (prepareMs > 1000) say(`Ready in ${(prepareMs / 1000).toFixed(1)} s.`);
  const args = [...(isRoot ? ['--no-sandbox'] : []), root, ...absoluteFolders(given)];
  process.exitCode = await runThrough(electron.exe, args, { env: userEnv(process.env) });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
