import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { LiveBlock } from '@shared/model/reducer.ts';
import { Bot, ChevronDown, ChevronRight, GitBranch } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../../state/chats.ts';
import type { ChatSession } from '../../state/live.ts';
import { openChat } from '../../state/nav.ts';
import { type StatusLook, statusLook } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { type AgentToolView, agentToolView } from './agent-tool.ts';
import { useOpenRow } from './open-rows.ts';
import type { ToolItem } from './rows.ts';
import { liveFacts, ToolMeta, useToolFacts } from './tool-row.tsx';
import { type ToolFacts, toolView } from './tool-view.ts';

/** A call to an agent that this chat started: what it does now stands beside it, and a press opens it. */
export const AgentToolRow = memo(
  ({ session, item }: { readonly session: ChatSession; readonly item: ToolItem }) => (
    <AgentLine session={session} rowKey={item.key} facts={useToolFacts(session, item)} />
  ),
);
AgentToolRow.displayName = 'AgentToolRow';

interface LiveAgentToolProps {
  readonly session: ChatSession;
  readonly block: LiveBlock & { type: 'tool' };
}

export function LiveAgentTool({ session, block }: LiveAgentToolProps) {
  return <AgentLine session={session} rowKey={`live.${block.tool_call_id}`} facts={liveFacts(block)} />;
}

interface AgentLineProps {
  readonly session: ChatSession;
  readonly rowKey: string;
  readonly facts: ToolFacts;
}

function AgentLine({ session, rowKey, facts }: AgentLineProps) {
  const view = agentToolView(facts);
  const child = useAgent(session, view.chatId);
  const failed = view.phase === 'failed' || view.phase === 'not-run';
  const [open, toggle] = useOpenRow(`${session.chatId}.${rowKey}`, failed);
  const title = child?.title ?? (view.title || 'an agent');
  const Caret = open ? ChevronDown : ChevronRight;
  return (
    <>
      <div className={`agent-line ${view.begins ? 'begins' : ''}`}>
        <button
          type="button"
          className="car"
          aria-expanded={open}
          aria-label={`${view.verb} ${title}`}
          onClick={toggle}
        >
          <Caret className="i s" aria-hidden="true" />
        </button>
        <OpenAgent view={view} title={title} child={child} />
        <span className="r">
          {view.branch !== '' && (
            <span className="meta mono with-glyph" title="It works on a branch of its own">
              <GitBranch className="i s" aria-hidden="true" />
              {view.branch}
            </span>
          )}
          {(facts.tool === 'wait_agent' || view.phase !== 'done') && (
            <ToolMeta view={toolView(facts)} startedAt={facts.ledger?.started_at ?? null} />
          )}
        </span>
      </div>
      {open && view.detail !== '' && (
        <div className={`thought ${failed ? 'err' : ''}`}>
          <Markdown text={view.detail} />
        </div>
      )}
    </>
  );
}

interface OpenAgentProps {
  readonly view: AgentToolView;
  readonly title: string;
  readonly child: ChatSummary | null;
}

function OpenAgent({ view, title, child }: OpenAgentProps) {
  const { chatId } = view;
  const now = useSeconds(child?.status === 'running' && child.retry !== null);
  const look = child && statusLook(child, now);
  // One that works or asks is looked at here; where it ended, the words say so at its beginning only.
  const words = look && (view.begins || view.phase === 'running') ? wordsOf(look) : '';
  return (
    <button
      type="button"
      className="agent-open"
      aria-label={`Open agent: ${title}${words === '' ? '' : `, ${words}`}`}
      disabled={chatId === null}
      title={chatId === null ? undefined : 'Open this agent’s chat'}
      onClick={() => chatId && openChat(chatId)}
    >
      {look && view.begins && look.glyph !== 'none' ? (
        <StatusMark glyph={look.glyph} step={child.snapshot_version} />
      ) : (
        <span className="g">
          <Bot className="i s" aria-hidden="true" />
        </span>
      )}
      <span className="agent-title">
        <em>{view.verb}</em> {title}
      </span>
      {words !== '' && <span className={`w ${look?.tone ?? ''}`}>{words}</span>}
    </button>
  );
}

function wordsOf(look: StatusLook): string {
  return look.words === '' ? 'Finished' : look.words;
}

/** The chat's own feed says it first; a chat that is no child of this one is looked up in the tree. */
function useAgent(session: ChatSession, chatId: ChatId | null): ChatSummary | null {
  const own = useStore(session.store, (s) => s.view?.agents.find((agent) => agent.id === chatId) ?? null);
  const known = useStore(chatsStore, (s) => (chatId ? findChat(s, chatId) : null));
  return own ?? known;
}
