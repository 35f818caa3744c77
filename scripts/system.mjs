// What the app and its tests need from the operating system.
//   node scripts/system.mjs [--tests]   installs what is missing (Debian and Ubuntu, as root), else says how
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isRoot, say as sayOnTerminal } from './lib/run.mjs';

/** Names by family of package manager; the first that the machine's index knows is taken. */
const libraries = [
  { file: 'libgtk-3.so.0', apt: ['libgtk-3-0t64', 'libgtk-3-0'], dnf: 'gtk3', pacman: 'gtk3' },
  { file: 'libnss3.so', apt: ['libnss3'], dnf: 'nss', pacman: 'nss' },
  { file: 'libgbm.so.1', apt: ['libgbm1'], dnf: 'mesa-libgbm', pacman: 'mesa' },
  { file: 'libasound.so.2', apt: ['libasound2t64', 'libasound2'], dnf: 'alsa-lib', pacman: 'alsa-lib' },
  { file: 'libnotify.so.4', apt: ['libnotify4'], dnf: 'libnotify', pacman: 'libnotify' },
];
const programs = [
  { file: 'Xvfb', apt: ['xvfb'], dnf: 'xorg-x11-server-Xvfb', pacman: 'xorg-server-xvfb' },
  { file: 'xauth', apt: ['xauth'], dnf: 'xorg-x11-xauth', pacman: 'xorg-xauth' },
  { file: 'dbus-run-session', apt: ['dbus'], dnf: 'dbus-daemon', pacman: 'dbus' },
  { file: 'sshd', apt: ['openssh-server'], dnf: 'openssh-server', pacman: 'openssh' },
  { file: 'git', apt: ['git'], dnf: 'git', pacman: 'git' },
  { file: 'rg', apt: ['ripgrep'], dnf: 'ripgrep', pacman: 'ripgrep' },
  // Login shells of hosts that read commands in ways of their own.
  { file: 'tcsh', apt: ['tcsh'], dnf: 'tcsh', pacman: 'tcsh' },
  { file: 'zsh', apt: ['zsh'], dnf: 'zsh', pacman: 'zsh' },
  { file: 'fish', apt: ['fish'], dnf: 'fish', pacman: 'fish' },
];

/** The files that are missing here; always empty off Linux, where Electron brings what it needs. */
export function missingParts({ forTests = false } = {}) {
  if (process.platform !== 'linux') return [];
  const known =
    spawnSync(findProgram('ldconfig') ?? '/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  const lacking = libraries.filter((part) => known !== '' && !known.includes(`\t${part.file} `));
  return forTests ? [...lacking, ...programs.filter((part) => findProgram(part.file) === null)] : lacking;
}

/** Installs what is missing, or throws with the one command that would. */
export function ensureSystem({ forTests = false, say = sayOnTerminal } = {}) {
  const missing = missingParts({ forTests });
  if (missing.length === 0) return;
  const files = missing.map((part) => part.file).join(', ');
  if (!isRoot || findProgram('apt-get') === null) {
    throw new Error(`Missing on this machine: ${files}. This helps:\n\n    ${commandFor(missing)}\n`);
  }
  say(`System: installing what is missing (${files}) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  apt(['update', '-qq'], env);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...missing.map(aptName)], env);
  const still = missingParts({ forTests });
  if (still.length > 0) throw new Error(`Still missing: ${still.map((part) => part.file).join(', ')}.`);
}

/** Full path of a program, looked for in PATH and where administrators' programs are; null: not there. */
export function findProgram(name) {
  const dirs = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  const dir = dirs.find((at) => at !== '' && fs.existsSync(path.join(at, name)));
  return dir === undefined ? null : path.join(dir, name);
}

/** Linux without an X or Wayland display. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function commandFor(missing) {
  const sudo = isRoot ? '' : 'sudo ';
  if (findProgram('dnf') !== null)
    return `${sudo}dnf install -y ${missing.map((part) => part.dnf).join(' ')}`;
  if (findProgram('pacman') !== null) {
    return `${sudo}pacman -S --needed ${missing.map((part) => part.pacman).join(' ')}`;
  }
  return `${sudo}apt-get install -y --no-install-recommends ${missing.map(aptName).join(' ')}`;
}

function aptName(part) {
  const real = (name) => spawnSync('apt-cache', ['show', '--no-all-versions', name]).status === 0;
  return part.apt.find(real) ?? part.apt.at(-1);
}

function apt(args, env) {
  const done = spawnSync('apt-get', args, { env, encoding: 'utf8', timeout: 10 * 60_000 });
  if (done.status !== 0) throw new Error(`apt-get ${args[0]} failed:\n${(done.stderr ?? '').trim()}`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    ensureSystem({ forTests: process.argv.includes('--tests') });
  } catch (error) {
    sayOnTerminal(String(error instanceof Error ? error.message : error));
    process.exitCode = 1;
  }
}
