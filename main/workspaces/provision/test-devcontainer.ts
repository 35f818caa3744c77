import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * What @devcontainers/cli 0.89.0 said, recorded from the program itself over a Docker that was played by a script: no
 * container runs where these tests run. FOLDER and INSIDE stand for the project's folder on the machine and inside.
 */
const RECORDED = {
  upOut:
    '{"outcome":"success","containerId":"5a1c3e7f9b2d4c6e8a0b1d3f5c7e9a1b3d5f7c9e1a3b5d7f9c1e3a5b7d9f1c3e","remoteUser":"root","remoteWorkspaceFolder":"INSIDE","ociAuthDiagnostics":{"authLookupWouldBeBlocked":false,"registryRedirectWouldPreventCredentialForwarding":false,"authServerRedirect":false}}',
  upErr: `[2026-11-28T18:39:24.390Z] @devcontainers/cli 0.89.0. Node.js v20.20.2. linux 6.18.44 x64.
[2026-11-28T18:39:24.844Z] Start: Run: docker run --sig-proxy=false -a STDOUT -a STDERR --mount type=bind,source=FOLDER,target=INSIDE -l devcontainer.local_folder=FOLDER --entrypoint /bin/sh -l devcontainer.metadata=[] node:22 -c echo Container started
[2026-11-28T18:39:24.969Z] Container started`,
  noDockerOut:
    '{"outcome":"error","message":"Command failed: docker ps -q -a --filter label=devcontainer.local_folder=FOLDER","description":"An error occurred setting up the container."}',
  configuration:
    '{"configuration":{"name":"x","image":"node:22"EXTRA,"configFilePath":{"$mid":1,"fsPath":"FOLDER/.devcontainer/devcontainer.json","path":"FOLDER/.devcontainer/devcontainer.json","scheme":"vscode-fileHost"}},"workspace":{"workspaceFolder":"INSIDE","workspaceMount":"type=bind,source=FOLDER,target=INSIDE"}}',
  notFound: '[2026-11-28T18:38:40.846Z] Error: Dev container not found.',
};

/** Plays the CLI and the few words of Docker that the template says. `exec` runs here, with another home. */
const PROGRAM = `#!/bin/sh
world=WORLD
say() { sed "s|FOLDER|$folder|g; s|INSIDE|$folder|g; s|EXTRA|$extra|g" "$world/$1"; }
if [ "\${0##*/}" = docker ]; then
  echo "docker $*" >>"$world/log"
  case $1 in
    ps) [ ! -e "$world/running" ] || echo 5a1c3e7f9b2d ;;
    stop|rm) rm -f "$world/running"; echo 5a1c3e7f9b2d ;;
  esac
  exit 0
fi
command=$1
[ "$2" = --workspace-folder ] || exit 64
folder=$3
shift 3
echo "devcontainer $command $folder" >>"$world/log"
extra=
[ ! -e "$world/initialize" ] || extra=',"initializeCommand":"touch /tmp/hostile"'
case $command in
  read-configuration) say configuration ;;
  up)
    if [ -e "$world/no-docker" ]; then say noDockerOut; exit 1; fi
    say upErr >&2
    touch "$world/running"
    say upOut ;;
  exec)
    if [ ! -e "$world/running" ]; then say notFound >&2; exit 1; fi
    export HOME="$world/container home"
    cd "$folder" && exec "$@" ;;
esac
`;

/** Of one machine: where its programs are and what they keep. */
export interface DevcontainerWorld {
  readonly dir: string;
  /** A login shell with this home finds the programs. */
  readonly home: string;
}

export async function makeDevcontainer(dir: string): Promise<DevcontainerWorld> {
  const home = path.join(dir, 'home');
  const bin = path.join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  await mkdir(home, { recursive: true });
  await mkdir(path.join(dir, 'container home'), { recursive: true });
  for (const [name, text] of Object.entries(RECORDED)) await writeFile(path.join(dir, name), `${text}\n`);
  for (const name of ['devcontainer', 'docker']) {
    await writeFile(path.join(bin, name), PROGRAM.replace('WORLD', `'${dir}'`));
    await chmod(path.join(bin, name), 0o755);
  }
  await writeFile(path.join(home, '.profile'), `PATH='${bin}':$PATH\n`);
  return { dir, home };
}
