import type { LiveBlock } from '@shared/model/reducer.ts';
import { memo, useLayoutEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { LiveAgentTool } from './agent-row.tsx';
import { isAgentTool } from './agent-tool.ts';
import { isContextCut } from './context-cut.ts';
import { LiveSummary } from './context-divider.tsx';
import { restoreSelection } from './keep-selection.ts';
import { LiveThought } from './thought.tsx';
import { liveFacts, ToolLine } from './tool-row.tsx';

interface LiveRowProps {
  readonly session: ChatSession;
  readonly index: number;
  readonly last: boolean;
}

/** One block that streams. It alone re-renders when words arrive. */
export const LiveRow = memo(({ session, index, last }: LiveRowProps) => {
  const block = useStore(session.store, (s) => s.view?.live.parts[index] ?? null);
  // What a failed attempt has said stays in sight until the next one, but nothing comes after it.
  const over = useStore(session.store, (s) => s.view?.status === 'error');
  const [sinceMs] = useState(() => Date.now());
  useLayoutEffect(restoreSelection);
  if (!block) return null;
  switch (block.type) {
    case 'text':
      return (
        <div className="agent">
          <div className={`prose ${last && !over ? 'streaming' : ''}`}>
            <Markdown text={block.text} />
          </div>
        </div>
      );
    case 'reasoning':
      return (
        <LiveThought
          rowKey={`${session.chatId}.live.${index}`}
          text={block.text}
          over={over || !last}
          sinceMs={sinceMs}
        />
      );
    case 'tool':
      if (isContextCut(block.tool_name)) return <LiveSummary block={block} sinceMs={sinceMs} />;
      if (isAgentTool(block.tool_name)) return <LiveAgentTool session={session} block={block} />;
      return <LiveTool session={session} block={block} index={index} />;
  }
});
LiveRow.displayName = 'LiveRow';

interface LiveToolProps {
  readonly session: ChatSession;
  readonly block: LiveBlock & { type: 'tool' };
  readonly index: number;
}

function LiveTool({ session, block, index }: LiveToolProps) {
  return (
    <ToolLine session={session} rowKey={`live.${index}`} facts={liveFacts(block)} resultMessageId={null} />
  );
}
