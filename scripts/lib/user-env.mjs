import path from 'node:path';

/**
 * The environment as it was before npm added its own. The app hands its environment on to the commands that
 * agents run, and an `npm test` in somebody's project must not see our `npm_config_…` or find our tools first.
 */
export function userEnv(env) {
  const kept = Object.entries(env).filter(([name]) => !/^npm_/i.test(name) && !ofNpm.has(name));
  return { ...Object.fromEntries(kept), PATH: userPath(env.PATH ?? '', env.npm_package_json) };
}

const ofNpm = new Set(['INIT_CWD', 'NODE', 'COLOR']);

function userPath(value, packageJson) {
  if (packageJson === undefined) return value;
  const project = path.dirname(packageJson);
  const byNpm = (dir) =>
    dir.endsWith('node-gyp-bin') ||
    (path.basename(dir) === '.bin' && project.startsWith(path.dirname(path.dirname(dir))));
  return value
    .split(path.delimiter)
    .filter((dir) => !byNpm(dir))
    .join(path.delimiter);
}
