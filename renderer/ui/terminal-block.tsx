import { memo, type ReactNode, useMemo, useState } from 'react';
import { parseAnsi, plainText, type Span } from '../lib/ansi.ts';
import { CopyButton } from './copy-button.tsx';

interface TerminalBlockProps {
  readonly text: string;
  /** Said above the first line: what is no longer there. Left out where the text says it itself, at the gap. */
  readonly before?: string | null;
  /** While it runs, the block follows its end. */
  readonly running?: boolean;
  readonly foot?: string | null;
  /** Beside the one that copies. */
  readonly tools?: ReactNode;
}

const TAIL_LINES = 10;
const MAX_LINES = 2_000;

/** A bounded block of terminal output: its last lines, all of it on demand. */
export function TerminalBlock(props: TerminalBlockProps) {
  const { text, before = null, running = false, foot = null, tools = null } = props;
  const [all, setAll] = useState(false);
  const lines = useMemo(() => parseAnsi(text.replace(/\n+$/, '')), [text]);
  const wanted = all ? MAX_LINES : TAIL_LINES;
  const shown = lines.length > wanted + 1 ? lines.slice(-wanted) : lines;
  const above = lines.length - shown.length;
  return (
    <div className="block term">
      <div className="term-tools">
        {tools}
        <CopyButton text={plainText(text)} label="Copy output" />
      </div>
      <pre className={all ? 'tall' : undefined}>
        {before && above === 0 && !text.includes(before) && (
          <span className="faint">
            … {before}
            {'\n'}
          </span>
        )}
        {above > 0 && (
          <>
            <button type="button" className="above" onClick={() => setAll(true)}>
              … {above} {above === 1 ? 'line' : 'lines'} above
            </button>
            {before && <span className="faint"> · {before}</span>}
            {'\n'}
          </>
        )}
        {text === '' && <span className="faint">{running ? 'No output yet' : 'No output'}</span>}
        {shown.map((spans, i) => (
          <Line key={above + i} spans={spans} last={i === shown.length - 1} />
        ))}
        {foot && (
          <span className="faint">
            {'\n'}
            {foot}
          </span>
        )}
      </pre>
    </div>
  );
}

const Line = memo(({ spans, last }: { readonly spans: readonly Span[]; readonly last: boolean }) => (
  <>
    {spans.map((span, i) =>
      span.color === null && !span.bold && !span.dim ? (
        span.text
      ) : (
        <span key={i} className={lookOf(span)}>
          {span.text}
        </span>
      ),
    )}
    {last ? '' : '\n'}
  </>
));
Line.displayName = 'Line';

const COLOURS = ['c-mute', 'c-red', 'c-green', 'c-yellow', 'c-blue', 'c-magenta', 'c-cyan', ''];

function lookOf(span: Span): string {
  const colour = span.color === null ? '' : (COLOURS[span.color % 8] ?? '');
  return `${colour} ${span.bold ? 'bold' : ''} ${span.dim ? 'c-mute' : ''}`;
}
