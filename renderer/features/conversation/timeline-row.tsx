import { memo } from 'react';
import { useStore } from 'zustand';
import { clock, dayWords } from '../../lib/format.ts';
import type { ChatSession } from '../../state/live.ts';
import { useSeconds } from '../../state/ticks.ts';
import { AgentToolRow } from './agent-row.tsx';
import { isAgentTool } from './agent-tool.ts';
import { ContextDivider } from './context-divider.tsx';
import { LiveRow } from './live-rows.tsx';
import { AgentRow, UserRow } from './message-rows.tsx';
import { Thought } from './thought.tsx';
import { isTight } from './tight.ts';
import { ExploredRow, ToolRow } from './tool-row.tsx';
import { isLine } from './use-row-keys.ts';
import type { AnyRow } from './use-rows.ts';

interface TimelineRowProps {
  readonly session: ChatSession;
  readonly row: AnyRow;
  readonly tightBefore: boolean;
  readonly tightAfter: boolean;
  readonly position: number;
  readonly size: number;
  readonly dim: boolean;
}

/** One article of the feed; its look follows from its neighbours. */
export const TimelineRow = memo((props: TimelineRowProps) => {
  const { session, row, tightBefore, tightAfter, position, size, dim } = props;
  const tight = isTight(row);
  const look = [
    'item',
    tight ? 'tight' : '',
    tight && !tightBefore ? 'lead' : '',
    tight && !tightAfter ? 'trail' : '',
    dim ? 'dim' : '',
  ];
  const body = <RowBody session={session} row={row} />;
  if (isLine(row)) return <div className={look.join(' ')}>{body}</div>;
  return (
    <RowArticle session={session} row={row} position={position} size={size} className={look.join(' ')}>
      {body}
    </RowArticle>
  );
});
TimelineRow.displayName = 'TimelineRow';

interface RowArticleProps {
  readonly session: ChatSession;
  readonly row: AnyRow;
  readonly position: number;
  readonly size: number;
  readonly className: string;
  readonly children: React.ReactNode;
}

function RowArticle({ session, row, position, size, className, children }: RowArticleProps) {
  const liveName = useStore(session.store, (s) => {
    const block = row.kind === 'live' ? s.view?.live.parts[row.index] : undefined;
    return block?.type === 'tool' ? block.tool_name : null;
  });
  return (
    <article
      data-row={row.key}
      // Walked to by keys, and by a press: what the keys do then is about this row.
      tabIndex={-1}
      className={className}
      aria-label={nameOf(row, liveName)}
      aria-posinset={position}
      aria-setsize={size}
    >
      {children}
    </article>
  );
}

function nameOf(row: AnyRow, liveTool: string | null): string {
  if (row.kind === 'user') return 'You';
  if (row.kind === 'tool') return `Tool: ${row.item.call.tool_name}`;
  if (row.kind === 'explored') return 'Tool: read_file';
  return liveTool === null ? 'Agent' : `Tool: ${liveTool}`;
}

function RowBody({ session, row }: { readonly session: ChatSession; readonly row: AnyRow }) {
  switch (row.kind) {
    case 'user':
      return <UserRow session={session} row={row} />;
    case 'agent':
      return <AgentRow session={session} row={row} />;
    case 'thought':
      return <Thought rowKey={`${session.chatId}.${row.key}`} part={row.part} />;
    case 'tool':
      return isAgentTool(row.item.call.tool_name) ? (
        <AgentToolRow session={session} item={row.item} />
      ) : (
        <ToolRow session={session} item={row.item} />
      );
    case 'explored':
      return <ExploredRow session={session} items={row.items} />;
    case 'live':
      return <LiveBlockRow session={session} index={row.index} />;
    case 'time':
      return <Pause at={row.at} />;
    case 'day':
      return <Day at={row.at} />;
    case 'new':
      return <div className="cut fresh">New</div>;
    case 'forked':
      return <div className="cut">Forked here</div>;
    case 'interrupted':
      return <div className="interrupted">Stopped by you</div>;
    case 'divider':
      return <ContextDivider session={session} rowKey={row.key} cut={row.cut} newest={row.newest} />;
  }
}

function Pause({ at }: { readonly at: string }) {
  return <div className="pause">{clock(at, useSeconds(false))}</div>;
}

function Day({ at }: { readonly at: string }) {
  return <div className="cut">{dayWords(at, useSeconds(false))}</div>;
}

function LiveBlockRow({ session, index }: { readonly session: ChatSession; readonly index: number }) {
  const last = useStore(session.store, (s) => index === (s.view?.live.parts.length ?? 0) - 1);
  return <LiveRow session={session} index={index} last={last} />;
}
