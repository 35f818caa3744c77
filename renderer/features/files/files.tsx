import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect } from 'react';
import { useStore } from 'zustand';
import { type FilesSession, filesOf } from '../../state/files.ts';
import type { Inspected } from '../../state/inspector.ts';
import { reconnect, workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { LinkNotice } from '../../ui/link-notice.tsx';
import { FileTree } from './file-tree.tsx';
import { FileView } from './file-view.tsx';
import { focusTree } from './focus-tree.ts';

/** The workspace's directory as it is now, and one of its files. */
export function Files({ chatId, workspaceId }: Inspected) {
  const place = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === workspaceId) ?? null);
  const known = useStore(workspacesStore, (s) => s.list !== null);
  if (!place) return <Empty text={known ? 'No workspace yet' : ''} />;
  // Looking is no reason to connect; a link that was lost comes back by itself.
  if (place.link.state === 'idle') {
    return (
      <Empty text={`Not connected to ${place.host}`}>
        <Button onClick={() => void reconnect(place.id)}>Connect</Button>
      </Empty>
    );
  }
  return <Shown session={filesOf(place.id)} place={place} chatId={chatId} />;
}

interface ShownProps {
  readonly session: FilesSession;
  readonly place: WorkspaceSummary;
  readonly chatId: Inspected['chatId'];
}

function Shown({ session, place, chatId }: ShownProps) {
  const opened = useStore(session.store, (s) => s.opened);
  useEffect(() => session.follow(), [session]);
  return (
    <div className={`files ${opened ? 'split' : ''}`}>
      <LinkNotice place={place} onReconnect={() => void reconnect(place.id)} />
      <Filter session={session} />
      <FileTree session={session} place={place} chatId={chatId} />
      {opened && <FileView key={opened.path} file={opened} session={session} place={place} />}
    </div>
  );
}

/** Down, or Enter, goes to what it found; Esc gives the tree back. */
function Filter({ session }: { readonly session: FilesSession }) {
  const text = useStore(session.store, (s) => s.filter);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && text !== '') session.setFilter('');
    else if (event.key === 'ArrowDown' || event.key === 'Enter') focusTree();
    else return;
    event.preventDefault();
  };
  return (
    <div className="files-filter">
      <div className="search">
        <Search className="i s" aria-hidden="true" />
        <input
          type="search"
          aria-label="Filter files"
          placeholder="Filter files"
          value={text}
          onChange={(event) => session.setFilter(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
}
