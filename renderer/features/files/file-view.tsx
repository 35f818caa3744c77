import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { X } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { absolutePath } from '../../lib/absolute-path.ts';
import { bytes } from '../../lib/format.ts';
import type { FilesSession, OpenedFile } from '../../state/files.ts';
import { IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FileIcon } from '../../ui/file-icon.tsx';
import { FileLines } from './file-lines.tsx';
import { focusTree } from './focus-tree.ts';

interface FileViewProps {
  readonly file: OpenedFile;
  readonly session: FilesSession;
  readonly place: WorkspaceSummary;
}

/** One file, to be read. */
export function FileView({ file, session, place }: FileViewProps) {
  const { path } = file;
  const close = () => {
    session.close();
    focusTree();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  };
  return (
    <section className="file-view" aria-label={`File: ${path}`} onKeyDown={onKeyDown}>
      <header className="file-head">
        <FileIcon name={path.slice(path.lastIndexOf('/') + 1)} kind="file" />
        <span className="source" title={path}>
          <bdi dir="ltr">{path}</bdi>
        </span>
        <span className="end btns">
          <CopyButton text={absolutePath(place.directory, path)} label="Copy path" />
          <IconButton label="Close file" className="mini" onClick={close}>
            <X className="i s" aria-hidden="true" />
          </IconButton>
        </span>
      </header>
      <Content file={file} />
    </section>
  );
}

function Content({ file: { path, content, failure } }: { readonly file: OpenedFile }): ReactNode {
  if (failure !== null) return <Empty text={failure} />;
  if (content === null) return <Empty text="" />;
  switch (content.kind) {
    case 'text':
      return content.text === '' ? (
        <Empty text="Empty file" />
      ) : (
        <FileLines text={content.text} path={path} />
      );
    case 'image':
      return (
        <div className="file-image">
          <img src={`data:${content.type};base64,${content.base64}`} alt={path} />
        </div>
      );
    case 'binary':
      return <Empty text={`No text · ${bytes(content.size)}`} />;
    case 'too-large':
      return (
        <Empty text={`Too large to show · ${bytes(content.size)}, of ${bytes(content.limit)} at most`} />
      );
    case 'special':
      return <Empty text="A device, a pipe or a socket, which is not read" />;
  }
}
