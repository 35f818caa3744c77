import type { ToolResultPart } from '@shared/model/part.ts';
import type { LiveBlock } from '@shared/model/reducer.ts';
import { BookOpen, FilePen, Hand, Layers, Pencil, SquareTerminal, Terminal, Wrench } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { belowDirectory, duration, plural } from '../../lib/format.ts';
import { type ChatSession, liveTool } from '../../state/live.ts';
import { useSeconds } from '../../state/ticks.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { record } from './json.ts';
import { partialArgs } from './live-args.ts';
import { useOpenRow } from './open-rows.ts';
import type { ToolItem } from './rows.ts';
import { Step } from './step.tsx';
import { StopCommand } from './stop-command.tsx';
import { ToolBody } from './tool-body.tsx';
import { opensByItself, type ToolFacts, type ToolKind, type ToolView, toolView } from './tool-view.ts';

const ICONS: Readonly<Record<ToolKind, typeof Terminal>> = {
  run: Terminal,
  edit: Pencil,
  read: BookOpen,
  process: SquareTerminal,
  place: Layers,
  other: Wrench,
};

/** A call that is in the history. Its result may still stream in before the row that holds it is committed. */
export function useToolFacts(session: ChatSession, item: ToolItem): ToolFacts {
  const streamed = useStore(session.store, (s) =>
    item.result ? null : liveTool(s.view, item.call.tool_call_id),
  );
  const busy = useStore(session.store, (s) => s.view?.status === 'running');
  const { tool_name, args } = item.call;
  const result = item.result ?? (streamed && resultOf(streamed));
  const log = streamed?.result_text ?? '';
  return { tool: tool_name, args, result, log, ledger: item.ledger, writing: false, busy };
}

function resultOf({
  tool_call_id,
  tool_name,
  result,
  is_error,
  duration_ms,
}: LiveTool): ToolResultPart | null {
  if (result === undefined) return null;
  return {
    type: 'tool-result',
    tool_call_id,
    tool_name,
    result,
    ...(is_error === undefined ? {} : { is_error }),
    ...(duration_ms === undefined ? {} : { duration_ms }),
  };
}

type LiveTool = LiveBlock & { readonly type: 'tool' };

/** A call that the model is still writing. */
export function liveFacts(block: LiveTool): ToolFacts {
  const args = block.args ?? partialArgs(block.raw);
  return { tool: block.tool_name, args, result: null, log: '', ledger: null, writing: true, busy: true };
}

export const ToolRow = memo(
  ({ session, item }: { readonly session: ChatSession; readonly item: ToolItem }) => (
    <ToolLine
      session={session}
      rowKey={item.key}
      facts={useToolFacts(session, item)}
      resultMessageId={item.resultMessageId}
    />
  ),
);
ToolRow.displayName = 'ToolRow';

interface ToolLineProps {
  readonly session: ChatSession;
  readonly rowKey: string;
  readonly facts: ToolFacts;
  readonly resultMessageId: number | null;
}

export function ToolLine({ session, rowKey, facts, resultMessageId }: ToolLineProps) {
  const view = toolView(facts);
  const directory = useDirectory(session);
  const [open, toggle] = useOpenRow(`${session.chatId}.${rowKey}`, opensByItself(view));
  const Icon = facts.tool === 'write_file' ? FilePen : view.phase === 'gated' ? Hand : ICONS[view.kind];
  return (
    <Step
      icon={<Icon className="i s" aria-hidden="true" />}
      verb={view.verb}
      object={belowDirectory(view.object, directory)}
      meta={
        <>
          <ToolMeta view={view} startedAt={facts.ledger?.started_at ?? null} />
          <StopCommand chatId={session.chatId} facts={facts} view={view} />
        </>
      }
      open={open}
      onToggle={toggle}
      tone={view.phase === 'gated' ? 'warn' : undefined}
    >
      <ToolBody chatId={session.chatId} facts={facts} view={view} resultMessageId={resultMessageId} />
    </Step>
  );
}

/** Where the chat works; the row leaves it out of the paths below it. */
function useDirectory(session: ChatSession): string | null {
  const id = useStore(session.store, (s) => s.view?.chat.workspace_id ?? null);
  return useStore(workspacesStore, (s) => s.list?.find((w) => w.id === id)?.directory ?? null);
}

export function ToolMeta({
  view,
  startedAt,
}: {
  readonly view: ToolView;
  readonly startedAt: string | null;
}) {
  switch (view.phase) {
    case 'gated':
      return <span className="warn">asks</span>;
    case 'queued':
      return <span className="faint">waiting</span>;
    case 'writing':
      return null;
    case 'running':
      return startedAt ? <Elapsed since={startedAt} /> : null;
    case 'denied':
      return <span className="pill bad">denied</span>;
    case 'not-run':
      return <span className="pill bad">not run</span>;
    case 'stopped':
      return <span className="faint">stopped</span>;
    case 'unknown':
      return <span className="pill bad">outcome not known</span>;
    case 'done':
    case 'failed':
      return <Facts view={view} />;
  }
}

function Facts({ view }: { readonly view: ToolView }) {
  return (
    <>
      {view.exitCode !== null && (
        <span className={`pill ${view.exitCode === 0 ? 'good' : 'bad'}`}>exit {view.exitCode}</span>
      )}
      {view.background && <span className="pill">in background</span>}
      {view.exitCode === null && view.phase === 'failed' && !view.background && (
        <span className="pill bad">failed</span>
      )}
      {view.diff && (
        <>
          <span className="add">+{view.diff.added}</span>
          {view.diff.removed > 0 && <span className="del">−{view.diff.removed}</span>}
        </>
      )}
      {view.lines !== null && <span className="faint">{plural(view.lines, 'line')}</span>}
      {view.durationMs !== null && view.kind !== 'edit' && (
        <span className="faint">{duration(view.durationMs)}</span>
      )}
    </>
  );
}

function Elapsed({ since }: { readonly since: string }) {
  const now = useSeconds(true);
  return <span className="faint">{duration(Math.max(0, now - Date.parse(since)))}</span>;
}

/** "Explored 5 files", "Explored 4 files, 2 searches": each file once, however often it was looked into. */
export function exploredWords(items: readonly ToolItem[]): string {
  const reads = items.filter(({ call }) => call.tool_name === 'read_file');
  const files = new Set(reads.map(({ call }) => record(call.args)['path'])).size;
  const searches = items.length - reads.length;
  const words = [
    ...(files > 0 ? [plural(files, 'file')] : []),
    ...(searches > 0 ? [plural(searches, 'search', 'searches')] : []),
  ];
  return `Explored ${words.join(', ')}`;
}

export function ExploredRow(props: { readonly session: ChatSession; readonly items: readonly ToolItem[] }) {
  const { session, items } = props;
  const [open, toggle] = useOpenRow(`${session.chatId}.${items[0]?.key ?? ''}.explored`, false);
  const ms = items.reduce((n, i) => n + (i.result?.duration_ms ?? 0), 0);
  return (
    <Step
      icon={<BookOpen className="i s" aria-hidden="true" />}
      verb={exploredWords(items)}
      meta={ms > 0 && <span className="faint">{duration(ms)}</span>}
      open={open}
      onToggle={toggle}
    >
      <div className="nested">
        {items.map((item) => (
          <ToolRow key={item.key} session={session} item={item} />
        ))}
      </div>
    </Step>
  );
}
