import { common, createLowlight } from 'lowlight';
import type { SyntaxKind, SyntaxSpan } from './syntax.ts';

const lowlight = createLowlight(common);

type Nodes = ReturnType<typeof lowlight.highlight>['children'];

/** More of one stretch is not coloured: it would stop the window. */
const MOST_CHARACTERS = 200_000;
const MOST_IN_A_LINE = 5_000;

/** The ends of names that are no name of a language themselves. */
const OTHERS: Readonly<Record<string, string>> = {
  mts: 'typescript',
  cts: 'typescript',
  h: 'cpp',
  hh: 'cpp',
  jsonc: 'json',
  json5: 'json',
  svelte: 'xml',
  vue: 'xml',
  bashrc: 'bash',
  zshrc: 'bash',
  dockerfile: 'bash',
  containerfile: 'bash',
  justfile: 'makefile',
  gnumakefile: 'makefile',
  cmake: 'makefile',
  conf: 'ini',
  cfg: 'ini',
  editorconfig: 'ini',
  gitconfig: 'ini',
  txt: '',
  log: '',
  csv: '',
};

/** Null: none that is known. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const end = name.slice(name.lastIndexOf('.') + 1);
  const language = OTHERS[end] ?? end;
  return lowlight.registered(language) ? language : null;
}

/** The colours of lines that follow each other; each line's spans hold all of its text. */
export function colourLines(
  language: string,
  lines: readonly string[],
): readonly (readonly SyntaxSpan[])[] | null {
  const text = lines.join('\n');
  if (text.length > MOST_CHARACTERS || lines.some((line) => line.length > MOST_IN_A_LINE)) return null;
  const coloured: SyntaxSpan[][] = [[]];
  const put = (nodes: Nodes, kind: SyntaxKind) => {
    for (const node of nodes) {
      if (node.type === 'element') put(node.children, kindOf(node.properties.className) ?? kind);
      if (node.type !== 'text') continue;
      node.value.split('\n').forEach((part, i) => {
        if (i > 0) coloured.push([]);
        if (part !== '') coloured.at(-1)?.push({ text: part, kind });
      });
    }
  };
  put(lowlight.highlight(language, text).children, null);
  return coloured;
}

const KINDS: Readonly<Record<string, SyntaxKind>> = {
  keyword: 'kw',
  built_in: 'kw',
  literal: 'kw',
  type: 'kw',
  'selector-tag': 'kw',
  'selector-class': 'fn',
  'selector-id': 'fn',
  meta: 'kw',
  string: 'st',
  regexp: 'st',
  code: 'st',
  link: 'st',
  number: 'nu',
  symbol: 'nu',
  bullet: 'nu',
  comment: 'co',
  quote: 'co',
  doctag: 'co',
  title: 'fn',
  function: 'fn',
  attr: 'fn',
  attribute: 'fn',
  name: 'kw',
  section: 'fn',
};

function kindOf(names: unknown): SyntaxKind {
  const [name] = Array.isArray(names) ? names : [];
  return typeof name === 'string' ? (KINDS[name.replace(/^hljs-/, '')] ?? null) : null;
}
