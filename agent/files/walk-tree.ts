import path from 'node:path';
import { HeldBelow } from './below.ts';
import { type FileChoice, isIncluded, isPassedOver } from './file-choice.ts';
import { isForbidden, isSystemTree } from './forbidden-paths.ts';
import { type IgnorePlace, isIgnored, parseIgnore } from './ignore-rules.ts';

export interface Tree {
  /** Without links. */
  readonly root: string;
  /** Of the agent. */
  readonly ownRoot: string;
  readonly choice: FileChoice;
}

/** A file that was chosen; `held` is its directory, open until the next one is asked for. */
export interface TreeFile {
  readonly names: readonly string[];
  readonly held: HeldBelow;
}

const MOST_DEPTH = 100;
const MOST_ENTRIES = 100_000;
const MOST_IGNORE_BYTES = 1 << 20;

/** The chosen plain files below the root, a directory's entries by name. Links are not followed at all. */
export function* walkTree(tree: Tree): Generator<TreeFile> {
  const held = HeldBelow.open(tree.root);
  try {
    yield* walkDirectory(tree, held, [], placeOf(held, path.basename(tree.root), placeAbove(tree.root)));
  } finally {
    held.close();
  }
}

function* walkDirectory(
  tree: Tree,
  held: HeldBelow,
  names: readonly string[],
  place: IgnorePlace,
): Generator<TreeFile> {
  for (const entry of held.entries(MOST_ENTRIES)) {
    const isDirectory = entry.isDirectory();
    if (!isDirectory && !entry.isFile()) continue;
    const at = [...names, entry.name];
    if (isLeftOut(tree, place, at, isDirectory)) continue;
    if (!isDirectory) {
      if (isIncluded(tree.choice, at)) yield { names: at, held };
      continue;
    }
    const below = at.length < MOST_DEPTH ? held.below(entry.name) : null;
    if (!below) continue;
    try {
      yield* walkDirectory(tree, below, at, placeOf(below, entry.name, place));
    } finally {
      below.close();
    }
  }
}

/** Those of `paths` that a walk would have found, in the order given. */
export function* visitFiles(tree: Tree, paths: readonly string[]): Generator<TreeFile> {
  const root = HeldBelow.open(tree.root);
  try {
    const above = placeOf(root, path.basename(tree.root), placeAbove(tree.root));
    for (const names of paths.map((one) => one.split('/'))) {
      const held = descend(tree, root, above, names);
      if (!held) continue;
      try {
        yield { names, held };
      } finally {
        if (held !== root) held.close();
      }
    }
  } finally {
    root.close();
  }
}

/** The directory of a file, opened part by part; null: there is none, or the file is not chosen. */
function descend(
  tree: Tree,
  root: HeldBelow,
  top: IgnorePlace,
  names: readonly string[],
): HeldBelow | null {
  let held = root;
  let place = top;
  let left: HeldBelow | null = null;
  for (const [index, name] of names.entries()) {
    const isDirectory = index + 1 < names.length;
    const at = names.slice(0, index + 1);
    const next =
      name === '' || name === '.' || name === '..' || isLeftOut(tree, place, at, isDirectory)
        ? null
        : isDirectory
          ? held.below(name)
          : held;
    if (held !== root && next !== held) held.close();
    if (!next) return null;
    left = next;
    if (isDirectory) place = placeOf(next, name, place);
    held = next;
  }
  if (left && isIncluded(tree.choice, names)) return left;
  if (held !== root) held.close();
  return null;
}

function isLeftOut(
  tree: Tree,
  place: IgnorePlace,
  names: readonly string[],
  isDirectory: boolean,
): boolean {
  const name = names.at(-1) ?? '';
  if (isPassedOver(tree.choice, names, isDirectory)) return true;
  if (!tree.choice.ignored && isIgnored(place, name, isDirectory)) return true;
  const real = path.join(tree.root, ...names);
  return isForbidden(real, tree.ownRoot) || (isDirectory && isSystemTree(real)) || real === tree.ownRoot;
}

function placeOf(held: HeldBelow, name: string, parent: IgnorePlace | null): IgnorePlace {
  const text = held.read('.gitignore', MOST_IGNORE_BYTES)?.toString('utf8');
  return {
    parent,
    name,
    rules: text === undefined ? [] : parseIgnore(text),
    hasGit: held.has('.git'),
  };
}

/** What stands above the root as far as its repository reaches; null: it is in none. */
function placeAbove(root: string): IgnorePlace | null {
  const above: HeldBelow[] = [];
  const names: string[] = [];
  try {
    for (let at = path.dirname(root); ; at = path.dirname(at)) {
      above.unshift(HeldBelow.open(at));
      names.unshift(path.basename(at));
      if (above[0]?.has('.git')) break;
      if (at === path.dirname(at)) return null;
    }
    let place: IgnorePlace | null = null;
    for (const [index, held] of above.entries()) place = placeOf(held, names[index] ?? '', place);
    return place;
  } catch {
    return null;
  } finally {
    for (const held of above) held.close();
  }
}
