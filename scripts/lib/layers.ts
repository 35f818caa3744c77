import path from 'node:path';

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly file: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

export interface Breach {
  readonly file: string;
  readonly imports: string;
  readonly rule: string;
}

/** Children of a folder from left to right: each imports itself and what stands to its right. */
const LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  main: [
    ['index', 'headless', 'daemon', 'db-worker', 'backup-worker', 'db-operations'],
    ['assembly'],
    ['shell'],
    ['ipc'],
    ['backups'],
    ['transfer'],
    ['chatd'],
    ['search'],
    ['tools'],
    ['git'],
    ['workspaces'],
    ['agent-client'],
    ['ssh'],
    ['models'],
    ['db'],
    ['base'],
  ],
  'main/chatd': [['worker'], ['agents'], ['generation'], ['relay'], ['stream'], ['machine']],
  renderer: [['main'], ['app'], ['features'], ['state'], ['ui'], ['lib']],
  shared: [['contract'], ['search'], ['model'], ['agent-protocol'], ['util']],
  agent: [['index'], ['serve'], ['files'], ['processes'], ['git'], ['terminals'], ['base']],
};

interface Folder {
  /** Other top folders that may be imported. */
  readonly folders: readonly string[];
  /** Packages; `null`: any. */
  readonly packages: readonly string[] | null;
  readonly node: boolean;
}

const DRIVERS: Folder = {
  folders: ['shared', 'e2e', 'bench', 'torture', 'scripts'],
  packages: null,
  node: true,
};
const TABLE: Readonly<Record<string, Folder>> = {
  shared: { folders: [], packages: ['zod'], node: false },
  preload: { folders: ['shared'], packages: ['electron'], node: false },
  renderer: { folders: ['shared'], packages: null, node: false },
  agent: { folders: ['shared/agent-protocol', 'shared/util'], packages: ['zod'], node: true },
  main: { folders: ['shared', 'resources'], packages: null, node: true },
  e2e: DRIVERS,
  bench: DRIVERS,
  torture: DRIVERS,
};

/** Specifiers of static imports, re-exports and dynamic imports of a literal. */
export function importsIn(text: string): string[] {
  const found =
    /^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(found)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

export function judge(source: Source): Breach[] {
  if (source.file.endsWith('.config.ts')) return [];
  const isTest = /\.test\.tsx?$/.test(source.file) || /(^|\/)test-[^/]+\.tsx?$/.test(source.file);
  return source.imports.flatMap((specifier) => {
    const rule = ruleBroken(source.file, specifier, isTest);
    return rule === null ? [] : [{ file: source.file, imports: specifier, rule }];
  });
}

function ruleBroken(file: string, specifier: string, isTest: boolean): string | null {
  const [top = ''] = file.split('/');
  const target = targetOf(file, specifier);
  if (target === null) return isTest ? null : packageRule(file, top, specifier);
  const [targetTop = ''] = target.split('/');
  if (targetTop !== top) return folderRule(top, target, isTest);
  return isTest ? null : lineRule(file, target);
}

/** The imported file from the project's root, or null for a package or a part of Node. */
function targetOf(file: string, specifier: string): string | null {
  if (specifier.startsWith('@shared/')) return `shared/${specifier.slice('@shared/'.length)}`;
  if (!specifier.startsWith('.')) return null;
  return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
}

function folderRule(top: string, target: string, isTest: boolean): string | null {
  const table = TABLE[top];
  if (table === undefined || target.startsWith('..')) return `${top} reaches outside of the project`;
  if (table.folders.some((allowed) => target === allowed || target.startsWith(`${allowed}/`))) return null;
  // The one inside that drivers may use, where a test says why.
  if (table === DRIVERS && (target === 'main/daemon.ts' || target.startsWith('resources/'))) return null;
  // Real parts instead of stand-ins: an integration test may start the real agent, sshd, model server.
  if (isTest && ['agent/', 'shared/', 'scripts/', 'e2e/fixtures/'].some((at) => target.startsWith(at)))
    return null;
  return `${top} may not import ${target.split('/')[0]}`;
}

function packageRule(file: string, top: string, specifier: string): string | null {
  const table = TABLE[top];
  if (table === undefined) return null;
  if (specifier.startsWith('node:')) return table.node ? null : `${top} has no Node`;
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (name === 'electron' && !isElectrons(file))
    return 'electron belongs to main/shell, main/index.ts and preload';
  if (table.packages !== null && !table.packages.includes(name)) return `${top} may not use this package`;
  return null;
}

function isElectrons(file: string): boolean {
  return file === 'main/index.ts' || file.startsWith('main/shell/') || file.startsWith('preload/');
}

function lineRule(file: string, target: string): string | null {
  for (const [folder, line] of Object.entries(LINES)) {
    if (!file.startsWith(`${folder}/`) || !target.startsWith(`${folder}/`)) continue;
    const from = childOf(folder, file);
    const to = childOf(folder, target);
    const rank = (child: string) => line.findIndex((place) => place.includes(child));
    if (rank(from) < 0) return `${from} has no place on the line of ${folder}`;
    if (rank(to) < 0) return `${to} has no place on the line of ${folder}`;
    if (from !== to && rank(to) <= rank(from) && rank(from) > 0) {
      return `in ${folder}, ${to} does not stand to the right of ${from}`;
    }
  }
  return featureRule(file, target);
}

function featureRule(file: string, target: string): string | null {
  const feature = (name: string) => /^renderer\/features\/([^/]+)\//.exec(name)?.[1];
  const [from, to] = [feature(file), feature(target)];
  return from !== undefined && to !== undefined && from !== to
    ? 'a feature never imports another feature'
    : null;
}

function childOf(folder: string, file: string): string {
  const [child = ''] = file.slice(folder.length + 1).split('/');
  return child.replace(/\.tsx?$/, '');
}
