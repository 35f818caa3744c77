/** A file or a folder that one begins to name: "@src/ma", or "@\"my fi" where the name has spaces. */
export interface MentionQuery {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const MENTION = /(?:^|[\s([{])@("[^"\n]{0,200}|[^\s"@]{0,200})$/;

/** What stands before the cursor; null: no file is named there. */
export function mentionAt(text: string, caret: number | null): MentionQuery | null {
  if (caret === null) return null;
  const found = MENTION.exec(text.slice(Math.max(0, caret - 300), caret));
  if (!found) return null;
  const typed = found[1] ?? '';
  return { from: caret - typed.length - 1, to: caret, text: typed.replace(/^"/, '') };
}

/** For `files.find`, whose names are globs: each sign may stand anywhere after the one before. */
export function looseQuery(text: string): string {
  return text
    .split('/')
    .map((name) => (name === '' ? '' : `*${Array.from(name.replaceAll(/[*?]/g, '')).join('*')}*`))
    .join('/');
}

/** For `files.find`, which knows files only: those below a folder that is called so. Null: that says nothing. */
export function folderQuery(text: string): string | null {
  const names = text.split('/').filter((name) => name !== '');
  if (names.length === 0 || /[*?]/.test(text)) return null;
  return [...names.map((name) => `*${name}*`), '**'].join('/');
}

/** The folders above these files that are called so, each with a slash at its end. */
export function foldersAbove(paths: readonly string[], typed: string): readonly string[] {
  const wanted = typed
    .toLowerCase()
    .split('/')
    .filter((name) => name !== '');
  const found = paths.flatMap((path) => {
    const names = path.split('/').slice(0, -1);
    return names.flatMap((_, at) => {
      const last = names.slice(0, at + 1).slice(-wanted.length);
      const isIt =
        last.length === wanted.length && last.every((name, n) => holdsSigns(name.toLowerCase(), wanted[n]));
      return isIt ? [`${names.slice(0, at + 1).join('/')}/`] : [];
    });
  });
  return [...new Set(found)];
}

/** One behind the other, whatever stands between. */
function holdsSigns(name: string, signs = ''): boolean {
  let at = -1;
  return Array.from(signs).every((sign) => {
    at = name.indexOf(sign, at + 1);
    return at >= 0;
  });
}

const SHOWN = 8;

/** The best first: what begins the name, what is in it, what is in the path; shorter ones before longer ones. */
export function bestMatches(paths: readonly string[], typed: string): readonly string[] {
  const text = typed.toLowerCase();
  const rank = (path: string) => {
    const lower = path.toLowerCase();
    const { name } = nameOf(lower);
    if (name.startsWith(text)) return 0;
    if (name.includes(text)) return 1;
    return lower.includes(text) ? 2 : 3;
  };
  const ranked = [...new Set(paths)].map((path, at) => ({ path, at, rank: rank(path) }));
  // Without a text the order is that of the search: what was changed last.
  if (text === '') return ranked.slice(0, SHOWN).map(({ path }) => path);
  ranked.sort((a, b) => a.rank - b.rank || a.path.length - b.path.length || a.at - b.at);
  return ranked.slice(0, SHOWN).map(({ path }) => path);
}

/** What a path is called, and where that is. The slash of a folder belongs to its name. */
export function nameOf(path: string): { readonly name: string; readonly above: string } {
  const at = path.lastIndexOf('/', path.length - 2);
  return { name: path.slice(at + 1), above: path.slice(0, Math.max(0, at)) };
}
