import { lexer, type Token, type Tokens } from 'marked';
import { escapeHtml } from './escape-html.ts';

/**
 * A model's Markdown as HTML in which nothing of it acts: every text is escaped, raw HTML stands as it was written,
 * nothing is loaded from anywhere, and a link says where it leads.
 */
export function htmlOfMarkdown(text: string): string {
  return blocks(lexer(text, { gfm: true }));
}

function blocks(tokens: readonly Token[]): string {
  return tokens.map(block).join('');
}

function block(token: Token): string {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'heading': {
      const level = Math.min(6, (token as Tokens.Heading).depth + 2);
      return `<h${level}>${inline((token as Tokens.Heading).tokens)}</h${level}>`;
    }
    case 'paragraph':
      return `<p>${inline((token as Tokens.Paragraph).tokens)}</p>`;
    case 'text':
      return 'tokens' in token && token.tokens ? inline(token.tokens) : plain(token);
    case 'code':
      return `<pre>${escapeHtml((token as Tokens.Code).text)}</pre>`;
    case 'blockquote':
      return `<blockquote>${blocks((token as Tokens.Blockquote).tokens)}</blockquote>`;
    case 'list':
      return list(token as Tokens.List);
    case 'table':
      return table(token as Tokens.Table);
    case 'hr':
      return '<hr>';
    default:
      return `<p>${escapeHtml(token.raw)}</p>`;
  }
}

function list({ ordered, items }: Tokens.List): string {
  const tag = ordered ? 'ol' : 'ul';
  const rows = items.map((item) => {
    const box = item.task ? (item.checked ? '☑ ' : '☐ ') : '';
    return `<li>${box}${blocks(item.tokens)}</li>`;
  });
  return `<${tag}>${rows.join('')}</${tag}>`;
}

function table({ header, rows }: Tokens.Table): string {
  const row = (tag: 'th' | 'td', cells: readonly Tokens.TableCell[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${inline(cell.tokens)}</${tag}>`).join('')}</tr>`;
  return `<table>${row('th', header)}${rows.map((cells) => row('td', cells)).join('')}</table>`;
}

function inline(tokens: readonly Token[] | undefined): string {
  return (tokens ?? []).map(span).join('');
}

function span(token: Token): string {
  switch (token.type) {
    case 'strong':
      return `<strong>${inline((token as Tokens.Strong).tokens)}</strong>`;
    case 'em':
      return `<em>${inline((token as Tokens.Em).tokens)}</em>`;
    case 'del':
      return `<del>${inline((token as Tokens.Del).tokens)}</del>`;
    case 'codespan':
      return `<code>${escapeHtml((token as Tokens.Codespan).text)}</code>`;
    case 'br':
      return '<br>';
    case 'link':
      return link(token as Tokens.Link);
    case 'image':
      return `<code>${escapeHtml(token.raw)}</code>`;
    case 'text':
      return 'tokens' in token && token.tokens ? inline(token.tokens) : plain(token);
    case 'escape':
      return plain(token);
    default:
      return escapeHtml(token.raw);
  }
}

/** Only to the web; its target stands behind it, whatever its words say. */
function link({ href, tokens, text }: Tokens.Link): string {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return inline(tokens);
  const target = escapeHtml(url.href);
  const said = text === url.href || text === href ? '' : ` <small>(${target})</small>`;
  return `<a href="${target}" rel="noopener noreferrer nofollow">${inline(tokens)}</a>${said}`;
}

/** Texts of tokens are not escaped by the lexer. */
function plain(token: Token): string {
  return escapeHtml('text' in token ? String(token.text) : token.raw);
}
