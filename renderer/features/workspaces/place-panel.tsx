import type { WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { type ReactNode, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { wholeSeconds } from '../../lib/format.ts';
import { focusMessage, openNew } from '../../state/nav.ts';
import { useSeconds } from '../../state/ticks.ts';
import { announce } from '../../state/toasts.ts';
import { placeActions } from '../../state/workspace-actions.ts';
import { logOf } from '../../state/workspace-log.ts';
import { reconnect, workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { TerminalBlock } from '../../ui/terminal-block.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';
import { type PanelKind, panelKind } from './panel-kind.ts';
import { ScriptText } from './script-output.tsx';

interface PlacePanelProps {
  readonly workspaceId: WorkspaceId | null;
  /** No chat stands there that tells of its link itself. */
  readonly atRest?: boolean;
  /** What its script prints stands elsewhere: in the row of the call that runs it. */
  readonly isTold?: boolean;
}

/** What there is to say of the place where a chat works, while it cannot be worked in. Blocks nothing. */
export function PlacePanel({ workspaceId, atRest = false, isTold = false }: PlacePanelProps) {
  const place = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === workspaceId) ?? null);
  const isGone = useStore(workspacesStore, (s) => s.list !== null && workspaceId !== null && !place);
  const panel = place && panelKind(place, atRest);
  const words = panel && panel.kind !== 'none' ? panel.words : '';
  useEffect(() => {
    if (words !== '') announce(words);
  }, [words]);
  // A new chat may be set to one that is in the list a moment later.
  if (isGone && !atRest) return <Gone />;
  if (!place || !panel) return null;
  switch (panel.kind) {
    case 'none':
      return null;
    case 'busy':
      return <Busy key={place.id} place={place} words={panel.words} isTold={isTold} />;
    case 'still':
      return <Still place={place} panel={panel} />;
  }
}

interface BusyProps {
  readonly place: WorkspaceSummary;
  readonly words: string;
  readonly isTold: boolean;
}

/** A script runs: its output as it comes, how long it takes, and the way to give up. */
function Busy({ place, words, isTold }: BusyProps) {
  const source = useMemo(() => logOf(place.id), [place.id]);
  const run = useSyncExternalStore(source.subscribe, source.get).runs.findLast(
    ({ script }) => script === place.script,
  );
  // The glyph moves when a line was printed.
  const step = run?.text.split('\n').length ?? 0;
  return (
    <Frame name={`Workspace ${place.name}`}>
      <div className="place-head">
        <span className="acc">
          <StatusMark glyph="beat" step={step} />
        </span>
        <span className="strong">{words}</span>
        {run && <Elapsed since={run.startedAt} />}
        <Actions place={place} only={['Cancel', 'Show output']} />
      </div>
      {run && !isTold && <ScriptText run={run} />}
    </Frame>
  );
}

function Elapsed({ since }: { readonly since: string }) {
  const now = useSeconds(true);
  return (
    <span className="meta num" role="timer" aria-live="off">
      {wholeSeconds(Math.max(0, now - Date.parse(since)))}
    </span>
  );
}

interface StillProps {
  readonly place: WorkspaceSummary;
  readonly panel: PanelKind & { readonly kind: 'still' };
}

function Still({ place, panel: { tone, words, lines } }: StillProps) {
  return (
    <Frame name={`Workspace ${place.name}`} bad={tone === 'err'}>
      <div className="place-head">
        <span className={tone}>
          <StatusMark glyph={tone === 'err' ? 'cross' : 'square'} step={0} />
        </span>
        <span className="cause">{words}</span>
        {place.state === 'unreachable' ? (
          <span className="btns">
            <Button onClick={() => void reconnect(place.id)}>Reconnect</Button>
          </span>
        ) : (
          <Actions place={place} only={ONE_STEP[place.state] ?? []} />
        )}
      </div>
      {lines !== '' && <TerminalBlock text={lines} />}
    </Frame>
  );
}

const ONE_STEP: Partial<Record<WorkspaceSummary['state'], readonly string[]>> = {
  failed: ['Try again', 'Start', 'Remove workspace…'],
  stopped: ['Start'],
  removed: ['Remove workspace…'],
};

function Actions({ place, only }: { readonly place: WorkspaceSummary; readonly only: readonly string[] }) {
  const actions = placeActions(place).filter(({ label }) => only.includes(label));
  return (
    <span className="btns">
      {actions.map(({ label, run }, at) => (
        <Button key={label} look={at === 0 ? 'plain' : 'quiet'} onClick={run}>
          {label}
        </Button>
      ))}
    </span>
  );
}

/** The chat stays readable, and its agent may make another one. */
function Gone() {
  return (
    <Frame name="Removed workspace">
      <div className="place-head">
        <span className="faint">
          <StatusMark glyph="cross" step={0} />
        </span>
        <span className="cause">The workspace of this chat was removed.</span>
        <span className="btns">
          <Button onClick={() => openNew()}>New chat</Button>
        </span>
      </div>
    </Frame>
  );
}

interface FrameProps {
  readonly name: string;
  readonly bad?: boolean;
  readonly children: ReactNode;
}

function Frame({ name, bad = false, children }: FrameProps) {
  const ref = useRef<HTMLDivElement>(null);
  useFocusAfter(ref, focusMessage);
  return (
    <div ref={ref} className={`place-panel ${bad ? 'bad' : ''}`} role="group" aria-label={name}>
      {children}
    </div>
  );
}
