import type { LiveBlock } from '@shared/model/reducer.ts';
import { memo, useState } from 'react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { LiveThought } from './thought.tsx';
import { ToolLine } from './tool-row.tsx';

interface LiveRowProps {
  readonly session: ChatSession;
  readonly index: number;
  readonly last: boolean;
}

/** One block that streams. It alone re-renders when words arrive. */
export const LiveRow = memo(({ session, index, last }: LiveRowProps) => {
  const block = useStore(session.store, (s) => s.view?.live.parts[index] ?? null);
  const [sinceMs] = useState(() => Date.now());
  if (!block) return null;
  switch (block.type) {
    case 'text':
      return (
        <div className="agent">
          <div className={`prose ${last ? 'streaming' : ''}`}>
            <Markdown text={block.text} />
          </div>
        </div>
      );
    case 'reasoning':
      return <LiveThought text={block.text} over={!last} sinceMs={sinceMs} />;
    case 'tool':
      return <LiveTool session={session} block={block} />;
  }
});
LiveRow.displayName = 'LiveRow';

function LiveTool({
  session,
  block,
}: {
  readonly session: ChatSession;
  readonly block: LiveBlock & { type: 'tool' };
}) {
  return (
    <ToolLine
      session={session}
      rowKey={`live.${block.tool_call_id}`}
      facts={{
        tool: block.tool_name,
        args: block.args ?? partialArgs(block.raw),
        result: null,
        ledger: null,
        writing: true,
        busy: true,
      }}
      resultMessageId={null}
    />
  );
}

const STRINGS = /"(path|command|process_id)"\s*:\s*"((?:[^"\\]|\\.)*)("?)/g;

/** What can be said of arguments that are still being written: their short strings. */
export function partialArgs(raw: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const match of raw.slice(0, 2_000).matchAll(STRINGS)) {
    const [, name, value] = match;
    if (!name || value === undefined || found[name] !== undefined) continue;
    found[name] = value.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1');
  }
  return found;
}
