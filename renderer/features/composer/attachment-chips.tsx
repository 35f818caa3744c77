import type { ModelChoice } from '@shared/model/account.ts';
import type { ModelConfigId } from '@shared/model/ids.ts';
import type { AttachedFile } from '@shared/model/part.ts';
import { CircleAlert, EyeOff, FileUp, X } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { bytes } from '../../lib/format.ts';
import { type Box, detach, giveUp, type Upload, useFiles, useUploads } from '../../state/attachments.ts';
import { fetchFile, openOutside, useFileText, useFileUrl, useIsPresent } from '../../state/kept-files.ts';
import { findModel, modelsStore } from '../../state/models.ts';
import { focusMessage } from '../../state/nav.ts';
import { toast } from '../../state/toasts.ts';
import { FileIcon } from '../../ui/file-icon.tsx';
import { Lightbox } from '../../ui/lightbox.tsx';
import { TextFileDialog } from '../../ui/text-file-dialog.tsx';
import { isPasted } from './pasted-text.ts';

interface AttachmentChipsProps {
  readonly box: Box;
  /** Who will be shown them. */
  readonly modelId: ModelConfigId | null;
  /** Puts text into the message, where the cursor stands. */
  readonly onText: (text: string) => void;
}

/** What is attached to the message that is being written, and what is on its way. */
export function AttachmentChips({ box, modelId, onText }: AttachmentChipsProps) {
  const files = useFiles(box);
  const uploads = useUploads(box);
  const model = useStore(modelsStore, (s) => findModel(s, modelId));
  if (files.length === 0 && uploads.length === 0) return null;
  const asText = async (file: AttachedFile) => {
    const kept = await fetchFile(file.file_id);
    if (!kept) return toast(`“${file.name}” has expired.`);
    onText(new TextDecoder().decode(kept.bytes));
    detach(box, file.file_id);
  };
  return (
    <ul className="files-in" aria-label="Attachments">
      {files.map((file) => (
        <FileChip
          key={file.file_id}
          file={file}
          unread={model && whyUnread(model, file)}
          onRemove={() => detach(box, file.file_id)}
          onText={isPasted(file) ? () => void asText(file) : null}
        />
      ))}
      {uploads.map((upload) => (
        <UploadChip key={upload.id} upload={upload} onRemove={() => giveUp(box, upload.id)} />
      ))}
    </ul>
  );
}

/** It is told the name, so the message is sent all the same. */
function whyUnread({ name, inputs }: ModelChoice, { media_type }: AttachedFile): string | null {
  if (media_type.startsWith('image/') && !inputs.images) return `${name} cannot see pictures`;
  return media_type === 'application/pdf' && !inputs.documents ? `${name} cannot read PDF` : null;
}

interface FileChipProps {
  readonly file: AttachedFile;
  /** Why the model will not see it. */
  readonly unread: string | null;
  readonly onRemove: () => void;
  /** Null: it was attached as a file. */
  readonly onText: (() => void) | null;
}

function FileChip({ file, unread, onRemove, onText }: FileChipProps) {
  const isPicture = file.media_type.startsWith('image/');
  const isGone = useIsPresent(file.file_id) === false;
  return (
    <li className={`file-in ${isGone ? 'bad' : ''}`}>
      {isPicture && !isGone ? <Thumb file={file} /> : <FileIcon name={file.name} kind="file" />}
      {isPicture || isGone ? (
        <span className="file-name" title={file.name}>
          {file.name}
        </span>
      ) : (
        <OpenName file={file} />
      )}
      <span className="file-note num">{isGone ? 'Expired' : bytes(file.size)}</span>
      {unread !== null && !isGone && (
        <span className="file-warn" title={unread}>
          <EyeOff className="i s" aria-hidden="true" />
          {unread}
        </span>
      )}
      {onText && (
        <button type="button" className="as-text" onClick={onText}>
          Paste as text instead
        </button>
      )}
      <Remove name={file.name} onRemove={onRemove} />
    </li>
  );
}

/** A text opens here, a PDF with the system's program. */
function OpenName({ file }: { readonly file: AttachedFile }) {
  const { name, file_id: fileId, media_type } = file;
  const isText = media_type !== 'application/pdf';
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="file-name"
        aria-label={`${isText ? 'Show' : 'Open'} ${name}`}
        title={name}
        onClick={() => (isText ? setOpen(true) : void openOutside(fileId))}
      >
        {name}
      </button>
      {isOpen && <KeptText file={file} onClose={() => setOpen(false)} />}
    </>
  );
}

interface KeptTextProps {
  readonly file: AttachedFile;
  readonly onClose: () => void;
}

function KeptText({ file, onClose }: KeptTextProps) {
  return <TextFileDialog name={file.name} {...useFileText(file.file_id, onClose)} onClose={onClose} />;
}

function Thumb({ file }: { readonly file: AttachedFile }) {
  const url = useFileUrl(file.file_id);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="thumb-in"
        aria-label={`Show ${file.name}`}
        onClick={() => setOpen(true)}
      >
        {url !== null && <img src={url} alt="" />}
      </button>
      {isOpen && <Lightbox name={file.name} url={url} onClose={() => setOpen(false)} />}
    </>
  );
}

function UploadChip({ upload, onRemove }: { readonly upload: Upload; readonly onRemove: () => void }) {
  const { name, problem } = upload;
  const Icon = problem === null ? FileUp : CircleAlert;
  return (
    <li className={`file-in ${problem === null ? '' : 'bad'}`} aria-busy={problem === null}>
      <Icon className="i s" aria-hidden="true" />
      <span className="file-name" title={name}>
        {name}
      </span>
      <span className="file-note" title={problem ?? undefined}>
        {problem ?? 'Attaching…'}
      </span>
      <Remove name={name} onRemove={onRemove} />
    </li>
  );
}

function Remove({ name, onRemove }: { readonly name: string; readonly onRemove: () => void }) {
  const remove = () => {
    onRemove();
    focusMessage();
  };
  return (
    <button type="button" className="mini" aria-label={`Remove ${name}`} title="Remove" onClick={remove}>
      <X className="i s" aria-hidden="true" />
    </button>
  );
}
