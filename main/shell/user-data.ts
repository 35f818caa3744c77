import path from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}

/** Where this person's data lives when the command line does not say. Pure. */
export function defaultUserDataDir({ platform, env, homeDir }: Surroundings): string {
  if (platform === 'darwin') return path.posix.join(homeDir, 'Library/Application Support/Gaffer');
  if (platform === 'win32') {
    return path.win32.join(env['LOCALAPPDATA'] || path.win32.join(homeDir, 'AppData/Local'), 'Gaffer');
  }
  const config = env['XDG_CONFIG_HOME'];
  // The XDG rules: a relative path is to be ignored.
  return path.posix.join(config && path.posix.isAbsolute(config) ? config : `${homeDir}/.config`, 'gaffer');
}
