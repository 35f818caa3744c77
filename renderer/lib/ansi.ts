/** A run of text with one look. `color` is 0–15 of the terminal palette; null: as the block. */
export interface Span {
  readonly text: string;
  readonly color: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

type Style = Omit<Span, 'text'>;
const PLAIN: Style = { color: null, bold: false, dim: false };

// One match per escape sequence or control character. OSC and the string controls (title, clipboard, links,
// device control) are swallowed whole, also when they never end; so are all CSI sequences but `m`.
const ESCAPE =
  // oxlint-disable-next-line no-control-regex
  /\u001b\[([0-9;:?<=>!]*)[ -/]*([@-~])|\u001b[\]PX^_](?:[^\u0007\u001b\u009c]|\u001b(?!\\))*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-Z\\-~]?|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]|\u001b$/g;

/** Splits terminal output into lines of styled spans. Only colour, bold and dim survive. */
export function parseAnsi(text: string): readonly (readonly Span[])[] {
  const lines: Span[][] = [];
  let style = PLAIN;
  for (const raw of text.split('\n')) {
    const line = overwritten(raw);
    const spans: Span[] = [];
    let from = 0;
    const push = (until: number) => {
      if (until > from) spans.push({ ...style, text: line.slice(from, until) });
    };
    for (const match of line.matchAll(ESCAPE)) {
      push(match.index);
      from = match.index + match[0].length;
      if (match[2] === 'm') style = restyle(style, match[1] ?? '');
    }
    push(line.length);
    lines.push(spans);
  }
  return lines;
}

/** Without any escape, for copying and for searching. */
export function plainText(text: string): string {
  return parseAnsi(text)
    .map((line) => line.map((s) => s.text).join(''))
    .join('\n');
}

/** A carriage return starts the line again: what a progress bar leaves is its last state. */
function overwritten(line: string): string {
  const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
  const at = bare.lastIndexOf('\r');
  return at < 0 ? bare : bare.slice(at + 1);
}

function restyle(style: Style, codes: string): Style {
  const list = codes === '' ? [0] : codes.split(/[;:]/).map(Number);
  let next = style;
  for (let i = 0; i < list.length; i++) {
    const code = list[i] ?? 0;
    if (code === 38 || code === 48) {
      const indexed = list[i + 1] === 5;
      const n = list[i + 2] ?? 0;
      if (code === 38) next = { ...next, color: indexed && n < 16 ? n : null };
      i += indexed ? 2 : 4;
    } else next = one(next, code);
  }
  return next;
}

function one(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: null };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 82 };
  return style;
}
