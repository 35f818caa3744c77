import { RUNTIME_GLIBC, type RuntimeArch } from './runtime/packages.ts';

/** `name<TAB>value` lines of the scripts, by name. */
export type Report = ReadonlyMap<string, string>;

/** What to tell a person: what is wrong and the one thing to do about it. */
export interface Advice {
  readonly message: string;
  readonly fix: string;
}

/** "Linux x86_64, glibc 2.36, Node.js 20.1.0, 79 GB free": as far as it is known. */
export function describeHost(report: Report): string {
  const node = report.get('node_version') ?? '';
  const old = report.get('node_old') ?? '';
  const free = freeBytes(report);
  const parts = [
    `${report.get('os') ?? ''} ${report.get('arch') ?? ''}`.trim(),
    report.get('libc') ?? '',
    node !== '' ? `Node.js ${node}` : '',
    node === '' && old !== '' ? `only Node.js ${old}` : '',
    free === null ? '' : `${formatBytes(free)} free`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'It says nothing about itself';
}

/** The same for who looks closer. */
export function detailsOfHost(report: Report): string {
  const names = ['home', 'shell', 'run', 'dir', 'node'];
  return names.flatMap((name) => (report.get(name) ? [`${name}: ${report.get(name)}`] : [])).join('\n');
}

/** Null: `df` did not tell. */
export function freeBytes(report: Report): number | null {
  const kib = Number(report.get('free') || Number.NaN);
  return Number.isFinite(kib) ? kib * 1024 : null;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`;
  return bytes < 1_000_000_000
    ? `${Math.floor(bytes / 1_000_000)} MB`
    : `${(bytes / 1_000_000_000).toFixed(1).replace(/\.0$/, '')} GB`;
}

export const INSTALL_NODE =
  'Install Node.js 18 or newer there, for example with its package manager or nvm, or put a link to it at ~/.local/bin/node.';

/** For a host without usable Node.js: which of ours would run there, or why none does. */
export function runtimeFor(report: Report): RuntimeArch | Advice {
  const system = `${report.get('os') || 'an unknown system'} ${report.get('arch') ?? ''}`.trim();
  const arch = report.get('os') === 'Linux' ? archOf(report.get('arch') ?? '') : null;
  if (arch === null)
    return {
      message: `It has no usable Node.js, and there is none that we could bring for ${system}.`,
      fix: INSTALL_NODE,
    };
  const libc = report.get('libc') ?? '';
  if (libc.startsWith('musl')) {
    return {
      message: `It has no usable Node.js, and ours does not run with its C library (${libc}).`,
      fix: 'Install Node.js 18 or newer there: "apk add nodejs" on Alpine.',
    };
  }
  const version = /^glibc (\d+)\.(\d+)/.exec(libc);
  if (version && isOlder([Number(version[1]), Number(version[2])], RUNTIME_GLIBC)) {
    return {
      message: `It has no usable Node.js, and its C library (${libc}) is too old for ours, which needs glibc ${RUNTIME_GLIBC.join('.')}.`,
      fix: 'Put a Node.js 18 or newer that was built for its glibc at ~/.local/bin/node there, or update the system.',
    };
  }
  if (report.get('gzip') !== 'yes') {
    return {
      message: 'It has no usable Node.js, and no gzip to unpack the one that we would bring.',
      fix: 'Install gzip or Node.js 18 or newer there.',
    };
  }
  return arch;
}

function archOf(machine: string): RuntimeArch | null {
  if (/^(x86_64|amd64)$/.test(machine)) return 'x64';
  return /^(aarch64|arm64)$/.test(machine) ? 'arm64' : null;
}

function isOlder(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}

/** A runtime that was brought and does not run. */
export function brokenRuntime(said: string): Advice {
  const library = /(lib[\w+.-]+\.so[\w.]*)/.exec(said)?.[1];
  if (library) {
    return {
      message: `The Node.js that we brought does not run: it lacks ${library}.`,
      fix: `Install the package with ${library} there, or Node.js 18 or newer.`,
    };
  }
  return {
    message: `The Node.js that we brought does not run: ${said || 'it says nothing'}.`,
    fix: INSTALL_NODE,
  };
}
