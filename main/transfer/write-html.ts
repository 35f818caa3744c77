import type { FileId } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import { never } from '@shared/util/never.ts';
import { describeCall, resultText } from './describe-call.ts';
import { factsOf, type Piece, piecesOf, timeWords } from './document.ts';
import { escapeHtml } from './escape-html.ts';
import type { ExportSource } from './export-source.ts';
import type { ExportedFile } from './format.ts';
import { htmlOfMarkdown } from './html-of-markdown.ts';
import { HTML_STYLE } from './html-style.ts';

/** A document of everything needs no whole log; the JSON export has it. */
const MAX_RESULT = 20_000;
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** One file that runs nothing and asks nobody for anything, whatever the model wrote. */
export async function* writeHtml(source: ExportSource): AsyncGenerator<string> {
  const roots = source.chats.filter(({ parent_id }) => parent_id === null);
  const title = roots.length === 1 ? (roots[0]?.title ?? 'Chat') : `${roots.length} chats`;
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title><style>${HTML_STYLE}</style></head><body><main>
`;
  if (roots.length > 1) yield contents(source);
  let chat = -1;
  for await (const piece of piecesOf(source)) {
    if (piece.kind === 'chat') {
      yield chat < 0 ? '' : '</section>\n';
      chat = source.chats.indexOf(piece.chat);
      yield `<section id="chat-${chat}">\n`;
    }
    if (piece.kind === 'words') yield* htmlOfWords(piece, (fileId) => source.file(chat, fileId));
    else yield htmlOf(piece);
    yield '\n';
  }
  yield `${chat < 0 ? '' : '</section>\n'}</main><footer>Exported from Gaffer</footer></body></html>\n`;
}

function contents({ chats }: ExportSource): string {
  const rows = chats.map(
    ({ title, parent_id }, at) =>
      `<li${parent_id === null ? '' : ' class="agent"'}><a href="#chat-${at}">${escapeHtml(title)}</a></li>`,
  );
  return `<nav aria-label="Chats"><ul>${rows.join('')}</ul></nav>\n`;
}

/** Each part by itself: a picture may be large. */
async function* htmlOfWords(
  { who, at, parts, interrupted }: Extract<Piece, { kind: 'words' }>,
  load: (fileId: FileId) => Promise<ExportedFile | null>,
): AsyncGenerator<string> {
  yield `<article class="${who === 'You' ? 'you' : 'agent'}">`;
  yield `<p class="who">${who} <time datetime="${escapeHtml(at)}">${timeWords(at)}</time></p>`;
  for (const part of parts) {
    const isKept = part.type === 'file' && part.file_id && PICTURES.includes(part.media_type);
    const kept = isKept && part.file_id ? await load(part.file_id) : null;
    yield partOf(part.type === 'file' && kept ? { ...part, ...kept } : part, who);
  }
  yield interrupted ? '<p class="meta">Stopped here.</p></article>' : '</article>';
}

function htmlOf(piece: Exclude<Piece, { kind: 'words' }>): string {
  switch (piece.kind) {
    case 'chat': {
      const { chat, parent } = piece;
      const tag = parent ? 'h2' : 'h1';
      const started = parent ? `Started by “${parent.title}” · ` : '';
      const facts = `${started}${factsOf(chat)} · ${timeWords(chat.created_at)}`;
      return `<header><${tag}>${escapeHtml(chat.title)}</${tag}><p class="meta">${escapeHtml(facts)}</p></header>`;
    }
    case 'thought':
      return `<details class="thought"><summary>Thought</summary><div>${htmlOfMarkdown(piece.text)}</div></details>`;
    case 'call': {
      const { verb, object, how } = describeCall(piece.call, piece.result);
      const isBad = how !== '' && how !== 'exit 0';
      const line = `${verb} <code>${escapeHtml(object)}</code>${how === '' ? '' : ` <span class="${isBad ? 'bad' : 'meta'}">${escapeHtml(how)}</span>`}`;
      const text = piece.result ? resultText(piece.result) : '';
      return text === ''
        ? `<p class="call">${line}</p>`
        : `<details class="call"><summary>${line}</summary><pre>${escapeHtml(cut(text))}</pre></details>`;
    }
    case 'cut':
      return piece.summary === ''
        ? `<p class="cut">${escapeHtml(piece.words)}</p>`
        : `<details class="cut"><summary>${escapeHtml(piece.words)}</summary><div>${htmlOfMarkdown(piece.summary)}</div></details>`;
    default:
      return never(piece);
  }
}

function partOf(part: Part, who: 'You' | 'Agent'): string {
  switch (part.type) {
    case 'text':
      return who === 'You' ? `<p class="typed">${escapeHtml(part.text)}</p>` : htmlOfMarkdown(part.text);
    case 'source':
      return `<p class="meta">Source: ${escapeHtml(part.url)}</p>`;
    case 'file':
      return part.data && PICTURES.includes(part.media_type) && /^[A-Za-z0-9+/=]*$/.test(part.data)
        ? `<img alt="${escapeHtml(part.name ?? 'Picture')}" src="data:${part.media_type};base64,${part.data}">`
        : `<p class="meta">File: ${escapeHtml(part.name ?? part.media_type)}</p>`;
    case 'file-reference':
      return `<p class="meta"><code>${escapeHtml(part.file_name)}</code>, lines ${part.start_line}–${part.end_line}</p><pre>${escapeHtml(part.content)}</pre>`;
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return '';
    default:
      return never(part);
  }
}

function cut(text: string): string {
  return text.length > MAX_RESULT
    ? `${text.slice(0, MAX_RESULT)}\n… ${text.length - MAX_RESULT} more characters`
    : text;
}
