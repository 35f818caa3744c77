import type { Token, Tokens } from 'marked';
import { createContext, Fragment, memo, type ReactNode, useContext, useState } from 'react';
import { type Block, type Document, EMPTY, parseMarkdown, webLink } from '../lib/markdown.ts';
import { ColouredLine } from './coloured.tsx';
import { CopyButton } from './copy-button.tsx';

/** Asks before a link is opened; given by whoever mounts Markdown. */
export const LinkContext = createContext<(url: string) => void>(() => undefined);

/** Markdown as React elements: no raw HTML, no images from anywhere. Appending parses the last block only. */
export function Markdown({ text }: { readonly text: string }) {
  const [parsed, setParsed] = useState<Document>(EMPTY);
  // Derived while rendering, from what the last render parsed: React's way to keep a previous value.
  const document = parseMarkdown(text, parsed);
  if (document !== parsed) setParsed(document);
  return document.blocks.map((block, i) => <BlockView key={i} block={block} />);
}

const BlockView = memo(({ block }: { readonly block: Block }) => blockNode(block.token));
BlockView.displayName = 'BlockView';

function blockNode(token: Token): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return <Heading token={token as Tokens.Heading} />;
    case 'paragraph':
      return <p>{inline((token as Tokens.Paragraph).tokens)}</p>;
    case 'text':
      return 'tokens' in token && token.tokens ? inline(token.tokens) : plain(token);
    case 'code':
      return <CodeBlock code={token as Tokens.Code} />;
    case 'blockquote':
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case 'list':
      return <List token={token as Tokens.List} />;
    case 'table':
      return <Table token={token as Tokens.Table} />;
    case 'hr':
      return <hr />;
    default:
      // Raw HTML and anything unknown stands as it was written.
      return <p>{token.raw}</p>;
  }
}

function blocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, i) => <Fragment key={i}>{blockNode(token)}</Fragment>);
}

function Heading({ token }: { readonly token: Tokens.Heading }) {
  const Tag = token.depth === 1 ? 'h3' : token.depth === 2 ? 'h4' : 'h5';
  return <Tag>{inline(token.tokens)}</Tag>;
}

function List({ token }: { readonly token: Tokens.List }) {
  const items = token.items.map((item, i) => (
    <li key={i} className={item.task ? 'task' : undefined}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly tabIndex={-1} />}
      {blocks(item.tokens.filter((t) => t.type !== 'checkbox'))}
    </li>
  ));
  return token.ordered ? <ol start={token.start === '' ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ token }: { readonly token: Tokens.Table }) {
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, i) => (
              <th key={i} style={{ textAlign: cell.align ?? 'left' }}>
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, r) => (
            <tr key={r}>
              {row.map((cell, i) => (
                <td key={i} style={{ textAlign: cell.align ?? 'left' }}>
                  {inline(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CodeBlock({ code }: { readonly code: Tokens.Code }) {
  return (
    <div className="block code">
      {code.lang ? (
        <div className="code-head">
          <span>{code.lang}</span>
          <CopyButton text={code.text} />
        </div>
      ) : (
        <div className="term-tools">
          <CopyButton text={code.text} />
        </div>
      )}
      <pre>{isCode(code.lang) ? <Coloured text={code.text} /> : code.text}</pre>
    </div>
  );
}

/** Said to be of a language; what a terminal printed, and prose, stay as they are. */
function isCode(lang: string | undefined): boolean {
  return lang !== undefined && lang !== '' && !NOT_CODE.has(lang.toLowerCase());
}

const NOT_CODE = new Set(['text', 'txt', 'plain', 'plaintext', 'console', 'log', 'md', 'markdown', 'diff']);

function Coloured({ text }: { readonly text: string }) {
  return text.split('\n').map((line, i) => (
    <Fragment key={i}>
      {i > 0 && '\n'}
      <ColouredLine text={line} />
    </Fragment>
  ));
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  return (tokens ?? []).map((token, i) => <Fragment key={i}>{inlineNode(token)}</Fragment>);
}

function inlineNode(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <b>{inline(token.tokens)}</b>;
    case 'em':
      return <em>{inline(token.tokens)}</em>;
    case 'del':
      return <del>{inline(token.tokens)}</del>;
    case 'codespan':
      return <code className="in">{plain(token)}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link token={token as Tokens.Link} />;
    case 'image':
      return <span className="meta">[image: {(token as Tokens.Image).text || 'no description'}]</span>;
    case 'text':
    case 'escape':
      return 'tokens' in token && token.tokens ? inline(token.tokens) : plain(token);
    default:
      return token.raw;
  }
}

function plain(token: Token): string {
  return 'text' in token && typeof token.text === 'string' ? token.text : token.raw;
}

function Link({ token }: { readonly token: Tokens.Link }) {
  const ask = useContext(LinkContext);
  const url = webLink(token.href);
  if (!url) return <>{inline(token.tokens)}</>;
  return (
    <a
      href={url}
      title={url}
      onClick={(event) => {
        event.preventDefault();
        ask(url);
      }}
      onAuxClick={(event) => event.preventDefault()}
    >
      {inline(token.tokens)}
    </a>
  );
}
