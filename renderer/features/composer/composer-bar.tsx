import { useStore } from 'zustand';
import type { Box } from '../../state/attachments.ts';
import type { ChatSession } from '../../state/live.ts';
import { asEffort } from '../../state/models.ts';
import { chooseEffort, chooseModel, nextModelStore } from '../../state/next-model.ts';
import { AttachButton } from './attach-button.tsx';
import { ContextButton } from './context-button.tsx';
import { CostButton } from './cost-button.tsx';
import { PauseButton } from './pause-button.tsx';
import { EffortPicker, ModelPicker, ModePicker } from './pickers.tsx';
import { SendButton } from './send-button.tsx';
import { StopButton } from './stop-button.tsx';

interface ComposerBarProps {
  readonly session: ChatSession;
  readonly box: Box;
  readonly busy: boolean;
  /** How many of its agents work. */
  readonly agents: number;
  readonly editing: boolean;
  /** Why it cannot be sent yet. */
  readonly waits: string | null;
  readonly onSend: () => void;
}

/** Who answers, how, and with how much room; what sends and what stops. */
export function ComposerBar(props: ComposerBarProps) {
  const { session, box, busy, agents, editing, waits, onSend } = props;
  const chat = useStore(session.store, (s) => s.view?.chat ?? null);
  const queued = useStore(session.store, (s) => s.view?.queue.length ?? 0);
  const paused = chat?.queue_paused ?? false;
  const { chatId } = session;
  const next = useStore(nextModelStore, (s) => s.of.get(chatId) ?? null);
  const modelId = next?.modelConfigId ?? chat?.last_model_config_id ?? null;
  const effort = next ? next.effort : asEffort(chat?.last_reasoning_effort);
  return (
    <div className="bar">
      <ModePicker workspaceId={chat?.workspace_id ?? null} />
      <ModelPicker value={modelId} next={next !== null} onPick={(id) => chooseModel(chatId, id, busy)} />
      <EffortPicker
        modelId={modelId}
        value={effort}
        onPick={(chosen) => {
          if (modelId) chooseEffort(chatId, { modelConfigId: modelId, effort: chosen }, busy);
        }}
      />
      <AttachButton box={box} />
      <ContextButton session={session} short={busy && queued > 0} />
      <CostButton session={session} />
      <span className="end-group">
        {queued > 0 && <PauseButton session={session} paused={paused} />}
        {(busy || agents > 0) && (
          <StopButton session={session} agents={agents} queued={paused ? 0 : queued} />
        )}
        <SendButton waits={waits} onClick={onSend}>
          {busy && !editing ? 'Queue' : 'Send'}
        </SendButton>
      </span>
    </div>
  );
}
