import type { ChangedFile, ChangeList } from '@shared/contract/changes.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { useCallback, useEffect } from 'react';
import { useStore } from 'zustand';
import { type ChangesSession, changesOf } from '../../state/changes.ts';
import type { Inspected } from '../../state/inspector.ts';
import { markRead, type Review, reviewKey, useReview } from '../../state/review.ts';
import { reconnect, workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { LinkNotice } from '../../ui/link-notice.tsx';
import { ChangedTree } from './changed-tree.tsx';
import { ChangesBar } from './changes-bar.tsx';
import { CommentsBar, useMessage } from './comments-bar.tsx';
import { DiffPane } from './diff-pane.tsx';
import { NoChanges } from './no-changes.tsx';

/** What differs in the workspace, to be read and to be spoken of. */
export function Changes({ chatId, workspaceId }: Inspected) {
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
  return <Shown session={changesOf(place.id)} place={place} chatId={chatId} />;
}

interface ShownProps {
  readonly session: ChangesSession;
  readonly place: WorkspaceSummary;
  readonly chatId: Inspected['chatId'];
}

const NO_REVIEW: Review = { read: {}, comments: [] };

function Shown({ session, place, chatId }: ShownProps) {
  const changes = useStore(session.store, (s) => s.changes);
  const base = useStore(session.store, (s) => s.base);
  const key = reviewKey(chatId, place.id);
  const review = useReview(key) ?? NO_REVIEW;
  useEffect(() => session.follow(), [session]);
  const list = changes?.kind === 'changes' ? changes : null;
  return (
    <div className="changes">
      <LinkNotice place={place} onReconnect={() => void reconnect(place.id)} />
      <ChangesBar session={session} list={list} review={review} />
      {list && list.files.length > 0 ? (
        <Listed {...{ session, place, list, chatId, review }} reviewKey={key} />
      ) : (
        <NoChanges session={session} place={place} changes={changes} base={base} />
      )}
      <CommentsBar session={session} list={list} chatId={chatId} reviewKey={key} review={review} />
    </div>
  );
}

interface ListedProps {
  readonly session: ChangesSession;
  readonly place: WorkspaceSummary;
  readonly list: ChangeList;
  readonly chatId: Inspected['chatId'];
  readonly reviewKey: string;
  readonly review: Review;
}

function Listed({ session, place, list, chatId, reviewKey: key, review }: ListedProps) {
  const selected = useStore(session.store, (s) => s.selected);
  const { read } = review;
  const isRead = useCallback(({ path, stamp }: ChangedFile) => read[path] === stamp, [read]);
  const onMark = useCallback(
    (file: ChangedFile) => markRead(key, file.path, isRead(file) ? null : file.stamp),
    [key, isRead],
  );
  const message = useMessage(chatId);
  const file = list.files.find(({ path }) => path === selected);
  return (
    <>
      <ChangedTree session={session} files={list.files} isRead={isRead} onMark={onMark} />
      <More list={list} />
      {file && (
        <DiffPane
          key={file.path}
          {...{ session, place, list, file, review, message }}
          reviewKey={key}
          read={isRead(file)}
          onMark={onMark}
        />
      )}
    </>
  );
}

/** What the list does not say. */
function More({ list: { more, uncounted, whole } }: { readonly list: ChangeList }) {
  const notes = [
    ...(more > 0 ? [`${more.toLocaleString('en')} more files`] : []),
    ...(uncounted ? ['More files than can be counted'] : []),
    ...(whole ? [] : ['Too many folders to follow all: some changes show late']),
  ];
  if (notes.length === 0) return null;
  return <div className="changes-more">{notes.join(' · ')}</div>;
}
