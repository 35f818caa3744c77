import type { ChangedFile, ChangeList } from '@shared/contract/changes.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { Check, Circle, Columns2, FileInput, FoldVertical, UnfoldVertical } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useStore } from 'zustand';
import { absolutePath } from '../../lib/absolute-path.ts';
import { ALL, type ChangesSession, FULL_CONTEXT, layoutStore, setLayout } from '../../state/changes.ts';
import { filesOf } from '../../state/files.ts';
import { chooseTab } from '../../state/inspector.ts';
import { keepComment, quoteOf, type Review, removeComments } from '../../state/review.ts';
import { IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { Counts } from './counts.tsx';
import { DiffGrid } from './diff-grid.tsx';
import { type DiffItem, diffItems } from './diff-lines.ts';
import { diffNotes } from './diff-notes.ts';
import { pathInWorkspace } from './path-in-workspace.ts';

interface DiffPaneProps {
  readonly session: ChangesSession;
  readonly place: WorkspaceSummary;
  readonly list: ChangeList;
  readonly file: ChangedFile;
  readonly message: string;
  readonly reviewKey: string;
  readonly review: Review;
  readonly read: boolean;
  readonly onMark: (file: ChangedFile) => void;
}

const NOTHING: readonly DiffItem[] = [];

/** One changed file: what to do with it, and its diff. */
export function DiffPane(props: DiffPaneProps) {
  const { session, file, message, reviewKey, review } = props;
  const diff = useStore(session.store, (s) => s.diff);
  const opened = useStore(session.store, (s) => s.opened);
  const draft = useStore(session.store, (s) => s.draft);
  const layout = useStore(layoutStore, (s) => s.layout);
  const value = diff?.path === file.path ? diff.value : null;
  const items = useMemo(() => (value ? diffItems(value) : NOTHING), [value]);
  const comments = useMemo(
    () => review.comments.filter(({ path }) => path === file.path),
    [review.comments, file.path],
  );
  const body = (): ReactNode => {
    if (!diff) return null;
    if (diff.failure !== null) return <Empty text={diff.failure} />;
    if (!value) return <Empty text="" />;
    const notes = diffNotes(file, value);
    return (
      <>
        {notes.length > 0 && <div className="diff-notes">{notes.join(' · ')}</div>}
        {items.length > 0 ? (
          <DiffGrid
            {...{ session, diff, items, opened, layout, comments }}
            draft={draft?.path === file.path ? draft : null}
            canOpen={diff.context < FULL_CONTEXT || items.some(({ kind }) => kind === 'line')}
            hands={{
              isQuoted: (comment) => message.includes(quoteOf(comment)),
              onKeep: (comment) => keepComment(reviewKey, comment),
              onRemove: ({ id }) => removeComments(reviewKey, [id]),
            }}
          />
        ) : (
          notes.length === 0 && <Empty text="Empty file" />
        )}
      </>
    );
  };
  return (
    <section className="diff-pane" aria-label={`Changes: ${file.path}`}>
      <Head {...props} items={items} />
      {body()}
    </section>
  );
}

type HeadProps = DiffPaneProps & { readonly items: readonly DiffItem[] };

function Head(props: HeadProps) {
  const { path, from, added, removed, binary } = props.file;
  return (
    <header className="diff-head">
      <span className="source" title={from === null ? path : `${from} → ${path}`}>
        <bdi dir="ltr">
          {from !== null && (
            <span className="faint">
              <Escaped text={from} /> →{' '}
            </span>
          )}
          <Escaped text={path} />
        </bdi>
      </span>
      <Counts added={added} removed={removed} binary={binary} />
      <span className="btns">
        <ViewButtons {...props} />
        <FileButtons {...props} />
      </span>
    </header>
  );
}

function ViewButtons({ session, items }: HeadProps) {
  const layout = useStore(layoutStore, (s) => s.layout);
  const isWhole = useStore(session.store, (s) => s.opened.has(ALL));
  const Fold = isWhole ? FoldVertical : UnfoldVertical;
  return (
    <>
      <IconButton
        label="Show unchanged lines"
        className="mini"
        aria-pressed={isWhole}
        aria-disabled={items.length === 0}
        onClick={() => session.setWhole(!isWhole)}
      >
        <Fold className="i s" aria-hidden="true" />
      </IconButton>
      <IconButton
        label="Split view"
        className="mini"
        aria-pressed={layout === 'split'}
        onClick={() => setLayout(layout === 'split' ? 'unified' : 'split')}
      >
        <Columns2 className="i s" aria-hidden="true" />
      </IconButton>
    </>
  );
}

function FileButtons({ place, list, file, read, onMark }: HeadProps) {
  const { path, status } = file;
  const inWorkspace = status === 'deleted' ? null : pathInWorkspace(list.root, place.directory, path);
  return (
    <>
      <CopyButton text={absolutePath(list.root, path)} label="Copy path" />
      {inWorkspace !== null && (
        <IconButton
          label="Open in Files"
          className="mini"
          onClick={() => {
            filesOf(place.id).open(inWorkspace);
            chooseTab('files');
          }}
        >
          <FileInput className="i s" aria-hidden="true" />
        </IconButton>
      )}
      <IconButton
        label="Mark as read"
        className={`mini ${read ? 'is-read' : ''}`}
        aria-pressed={read}
        onClick={() => onMark(file)}
      >
        {read ? (
          <Check className="i s" aria-hidden="true" />
        ) : (
          <Circle className="i unread" aria-hidden="true" />
        )}
      </IconButton>
    </>
  );
}
