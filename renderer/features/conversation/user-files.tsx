import type { FileId } from '@shared/model/ids.ts';
import type { FilePart, Part } from '@shared/model/part.ts';
import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import { bytes } from '../../lib/format.ts';
import { openOutside, useFileText, useFileUrl, useIsPresent } from '../../state/kept-files.ts';
import { FileIcon } from '../../ui/file-icon.tsx';
import { Lightbox } from '../../ui/lightbox.tsx';
import { TextFileDialog } from '../../ui/text-file-dialog.tsx';

/** The files of a message of the person's: pictures as such, other files by their names. */
export function UserFiles({ content }: { readonly content: readonly Part[] }) {
  const isBelow = content.some((part) => part.type === 'text');
  const files = content.filter((part) => part.type === 'file');
  if (files.length === 0) return null;
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return (
    <div className={`you-files ${isBelow ? 'below' : ''}`}>
      {pictures.length > 0 && (
        <div>
          {pictures.map((file, at) => (
            <Picture key={at} file={file} />
          ))}
        </div>
      )}
      {others.length > 0 && (
        <div>
          {others.map((file, at) => (
            <OtherFile key={at} file={file} />
          ))}
        </div>
      )}
    </div>
  );
}

const isPicture = ({ media_type }: FilePart) => media_type.startsWith('image/');

function Picture({ file }: { readonly file: FilePart }) {
  const { file_id: fileId, name = 'Picture', data, media_type } = file;
  const isGone = useIsPresent(fileId) === false && data === undefined;
  const kept = useFileUrl(isGone ? null : (fileId ?? null));
  const url = data === undefined ? kept : `data:${media_type};base64,${data}`;
  const [isOpen, setOpen] = useState(false);
  if (isGone) return <Expired name={name} icon={<ImageOff className="i s" aria-hidden="true" />} />;
  return (
    <>
      <button
        type="button"
        className="thumb"
        aria-label={`Show ${name}`}
        title={name}
        onClick={() => setOpen(true)}
      >
        {url !== null && <img src={url} alt={name} />}
      </button>
      {isOpen && <Lightbox name={name} url={url} onClose={() => setOpen(false)} />}
    </>
  );
}

function OtherFile({ file }: { readonly file: FilePart }) {
  const { file_id: fileId, name = file.media_type, size, media_type } = file;
  const isGone = useIsPresent(fileId) === false;
  const [isOpen, setOpen] = useState(false);
  const icon = <FileIcon name={name} kind="file" />;
  if (isGone) return <Expired name={name} icon={icon} />;
  const body = (
    <>
      {icon}
      <span className="file-name">{name}</span>
      {size !== undefined && <span className="file-note num">{bytes(size)}</span>}
    </>
  );
  if (fileId === undefined) return <span className="file-in">{body}</span>;
  if (media_type === 'application/pdf') {
    return (
      <button
        type="button"
        className="file-in"
        aria-label={`Open ${name}`}
        title="Open with the program for PDF files"
        onClick={() => void openOutside(fileId)}
      >
        {body}
      </button>
    );
  }
  return (
    <>
      <button type="button" className="file-in" aria-label={`Show ${name}`} onClick={() => setOpen(true)}>
        {body}
      </button>
      {isOpen && <KeptText name={name} fileId={fileId} onClose={() => setOpen(false)} />}
    </>
  );
}

interface KeptTextProps {
  readonly name: string;
  readonly fileId: FileId;
  readonly onClose: () => void;
}

function KeptText({ name, fileId, onClose }: KeptTextProps) {
  return <TextFileDialog name={name} {...useFileText(fileId, onClose)} onClose={onClose} />;
}

function Expired({ name, icon }: { readonly name: string; readonly icon: React.ReactNode }) {
  return (
    <span className="file-in gone" title="Its content is not kept any more">
      {icon}
      <span className="file-name">{name}</span>
      <span className="file-note">Expired</span>
    </span>
  );
}
