import type { WorkspaceId } from '@shared/model/ids.ts';
import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { attach, type Box } from '../../state/attachments.ts';
import { focusMessage } from '../../state/nav.ts';
import { toast } from '../../state/toasts.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { folderMention } from './folder-mention.ts';
import { takeDropped } from './take-dropped.ts';

interface DropFilesProps {
  readonly box: Box;
  readonly workspaceId: WorkspaceId | null;
  /** Writes the name of a folder into the message. */
  readonly onMention: (text: string) => void;
}

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** All of the pane takes files that are dropped; it says so while some are above it. */
export function DropFiles(props: DropFilesProps) {
  const ref = useRef<HTMLSpanElement>(null);
  const latest = useRef(props);
  const [over, setOver] = useState<Element | null>(null);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const pane = ref.current?.closest('.conv');
    return pane instanceof HTMLElement
      ? watchDrops(pane, {
          onOver: (isOver) => setOver(isOver ? pane : null),
          onDrop: (data) => drop(data, latest.current),
        })
      : undefined;
  }, []);
  return (
    <>
      <span ref={ref} hidden />
      {over &&
        createPortal(
          <div className="drop-over">
            <FileUp className="i" aria-hidden="true" />
            Drop files to attach them
          </div>,
          over,
        )}
    </>
  );
}

interface Drops {
  onOver(isOver: boolean): void;
  onDrop(data: DataTransfer): void;
}

/** Answers how to stop. */
function watchDrops(pane: HTMLElement, { onOver, onDrop }: Drops): () => void {
  const gone = new AbortController();
  const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', run: (event: DragEvent) => void) =>
    pane.addEventListener(
      type,
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        run(event);
      },
      { signal: gone.signal },
    );
  on('dragenter', () => onOver(true));
  on('dragover', (event) => {
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  on('dragleave', ({ relatedTarget: to }) => {
    if (!(to instanceof Node && pane.contains(to))) onOver(false);
  });
  on('drop', ({ dataTransfer }) => {
    onOver(false);
    if (dataTransfer) onDrop(dataTransfer);
  });
  return () => gone.abort();
}

function drop(data: DataTransfer, { box, workspaceId, onMention }: DropFilesProps): void {
  const { files, folders } = takeDropped(data.items);
  const place = workspacesStore.getState().list?.find(({ id }) => id === workspaceId) ?? null;
  for (const folder of folders) {
    const named = folderMention(window.gaffer.pathOf(folder), place);
    if (named.kind === 'mention') onMention(named.text);
    else toast(named.message);
  }
  if (files.length > 0) void attach(box, files);
  focusMessage();
}
