import type { WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { Bot, Folder, FolderOpen, Layers, Server } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { shortPath } from '../../lib/short-path.ts';
import { appStore } from '../../state/app.ts';
import { useHostSuggestions } from '../../state/host-suggestions.ts';
import { showWorkspaceDialog } from '../../state/workspace-dialogs.ts';
import { placeLook } from '../../state/workspace-status.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { AnotherPlace } from './another-place.tsx';

const SHOWN = 3;
const NONE: readonly WorkspaceSummary[] = [];

interface WhereProps {
  readonly value: WorkspaceId | null;
  /** Chosen: the agent makes its place. */
  readonly nowhere: boolean;
  /** Null: the agent shall make its place by itself. */
  readonly onPick: (id: WorkspaceId | null) => void;
  /** Why nothing was sent: no place is chosen. */
  readonly missing: string | null;
}

export function Where({ value, nowhere, onPick, missing }: WhereProps) {
  const list = useStore(workspacesStore, (s) => s.list ?? NONE);
  const problem = useStore(appStore, (s) => s.folderProblem);
  const [asking, setAsking] = useState<{ readonly host: string } | null>(null);
  const chosen = list.find((w) => w.id === value);
  const shown = list.slice(0, SHOWN);
  const options = chosen && !shown.includes(chosen) ? [chosen, ...shown.slice(0, SHOWN - 1)] : shown;
  return (
    <div>
      <div className="lab">Where</div>
      <div className="opts" role="radiogroup" aria-label="Where">
        {options.map((w) => (
          <Place key={w.id} workspace={w} on={w.id === value} onPick={() => onPick(w.id)} />
        ))}
        <ConfiguredHosts count={SHOWN - options.length} onPick={(host) => setAsking({ host })} />
        <button type="button" className="opt" onClick={() => setAsking({ host: '' })}>
          <FolderOpen className="i" aria-hidden="true" />
          <span>Another folder or host…</span>
        </button>
        <MadeByAgent on={nowhere} onPick={() => onPick(null)} />
        <button
          type="button"
          className="opt"
          onClick={() => showWorkspaceDialog({ kind: 'create', from: value })}
        >
          <Layers className="i" aria-hidden="true" />
          <span>New workspace from a template…</span>
        </button>
      </div>
      {problem !== null && <p className="where-problem err">{problem}</p>}
      {missing !== null && (
        <p className="where-problem err" role="alert">
          {missing}
        </p>
      )}
      {asking !== null && (
        <AnotherPlace
          host={asking.host}
          onClose={() => setAsking(null)}
          onOpened={(id) => {
            setAsking(null);
            onPick(id);
          }}
        />
      )}
    </div>
  );
}

function MadeByAgent({ on, onPick }: { readonly on: boolean; readonly onPick: () => void }) {
  return (
    <button
      type="button"
      role="radio"
      aria-checked={on}
      className={`opt ${on ? 'on' : ''}`}
      onClick={onPick}
    >
      <Bot className="i" aria-hidden="true" />
      <span className="opt-main">
        Let the agent make its workspace <span className="d">from a template, when it needs one</span>
      </span>
    </button>
  );
}

interface ConfiguredHostsProps {
  readonly count: number;
  readonly onPick: (host: string) => void;
}

/** Where there is room: names of the SSH configuration where nobody works yet. */
function ConfiguredHosts({ count, onPick }: ConfiguredHostsProps) {
  const used = useStore(workspacesStore, (s) => s.list ?? NONE);
  const hosts = useHostSuggestions()
    .filter((one) => one.from === 'config' && !used.some(({ host }) => host === one.target))
    .slice(0, Math.max(0, count));
  return hosts.map(({ target, leadsTo }) => (
    <button
      key={target}
      type="button"
      className="opt"
      title={leadsTo ?? target}
      onClick={() => onPick(target)}
    >
      <Server className="i" aria-hidden="true" />
      <span className="opt-main">
        <b>{target}</b> <span className="d">from your ssh config</span>
      </span>
      <span className="d">connect…</span>
    </button>
  ));
}

interface PlaceProps {
  readonly workspace: WorkspaceSummary;
  readonly on: boolean;
  readonly onPick: () => void;
}

function Place({ workspace, on, onPick }: PlaceProps) {
  const Icon = workspace.hostId !== null ? Server : Folder;
  const { directory, hostId } = workspace;
  const home = useStore(appStore, (s) => s.info?.homeDir ?? '');
  const look = placeLook(workspace);
  const words = workspace.branch === null ? '' : `git · ${workspace.branch}`;
  return (
    <button
      type="button"
      role="radio"
      aria-checked={on}
      className={`opt ${on ? 'on' : ''}`}
      onClick={onPick}
    >
      <Icon className="i" aria-hidden="true" />
      <span className="opt-main" title={directory}>
        <b>{hostId === null ? shortPath(directory, home) : directory}</b> <span className="d">{words}</span>
      </span>
      <span className="d">
        {look.words !== '' && (
          <>
            <span className={`place-state ${look.tone}`}>
              {look.glyph !== 'link' && <StateMark glyph={look.glyph} link={workspace.link.state} />}
              {look.words}
            </span>
            {' · '}
          </>
        )}
        {workspace.host}
      </span>
    </button>
  );
}
