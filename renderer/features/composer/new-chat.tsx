import type { WorkspaceId } from '@shared/model/ids.ts';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { appStore, forgetFolderProblem } from '../../state/app.ts';
import { chatsStore } from '../../state/chats.ts';
import { choosePlace, type Route } from '../../state/nav.ts';
import { toast } from '../../state/toasts.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { AttachButton } from './attach-button.tsx';
import { createChat } from './create-chat.ts';
import { EffortPicker, ModePicker, WorkspacePicker } from './pickers.tsx';
import { isBlank } from './send.ts';
import { SendButton } from './send-button.tsx';
import { useModelChoice } from './use-model-choice.ts';
import { useWriting } from './use-writing.ts';
import { Where } from './where.tsx';
import { With } from './with.tsx';
import { WritingBox } from './writing-box.tsx';

interface NewChatProps {
  readonly route: Extract<Route, { view: 'new' }>;
  /** What there is to say of the place that is chosen. */
  readonly notice: (workspaceId: WorkspaceId | null) => ReactNode;
}

/** One screen: where, with which model, and the first message. */
export function NewChat({ route, notice }: NewChatProps) {
  const { workspaceId: asked, nowhere = false } = route;
  const first = useStore(chatsStore, (s) => s.live !== null && s.live.size === 0);
  const { modelId, effort, pickModel, pickEffort } = useModelChoice();
  const { box, written, waits, change } = useWriting(null);
  // A folder that could not be opened is not replaced behind the person's back; choosing a place ends this.
  const refused = useStore(appStore, (s) => s.folderProblem !== null);
  const [tried, setTried] = useState(false);
  const list = useStore(workspacesStore, (s) => s.list);
  const last = list?.[0]?.id ?? null;
  const workspaceId = refused || nowhere ? null : (asked ?? last);
  // An agent without a place can do little: that is chosen, not what happens to those who choose nothing.
  const isPlaced = workspaceId !== null || (nowhere && !refused);
  const place = (id: WorkspaceId | null) => {
    forgetFolderProblem();
    choosePlace(id);
  };
  const send = () => {
    if (waits !== null) return toast(waits);
    if (isBlank(written)) return;
    if (list === null) return toast('What there is to work in is not known yet. Try again in a moment.');
    if (!isPlaced) setTried(true);
    else void createChat({ written, workspaceId, modelId, effort });
  };
  return (
    <div className="new">
      <div className="first">
        <h1>{first ? 'What should the first agent work on?' : 'What should the agent work on?'}</h1>
        <Where
          value={workspaceId}
          nowhere={nowhere}
          onPick={place}
          missing={!isPlaced && tried ? 'Choose where the agent works.' : null}
        />
        <With value={modelId} onPick={pickModel} />
        {notice(workspaceId)}
        <WritingBox
          box={box}
          modelId={modelId}
          workspaceId={workspaceId}
          value={written.text}
          placeholder="Describe the task…"
          onChange={change}
          onSend={send}
          onSendNow={send}
        >
          <div className="bar">
            <ModePicker workspaceId={workspaceId} />
            <WorkspacePicker value={workspaceId} onPick={place} />
            <EffortPicker modelId={modelId} value={effort} onPick={pickEffort} />
            <AttachButton box={box} />
            <span className="end-group">
              <SendButton waits={waits} onClick={send}>
                Send
              </SendButton>
            </span>
          </div>
        </WritingBox>
      </div>
    </div>
  );
}
