import type { ImportedChat, ImportPreview } from '@shared/contract/transfer.ts';
import { FileInput } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { moment, plural } from '../../lib/format.ts';
import { closeTransfer, importNow, transferStore } from '../../state/transfer.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { Progress } from './progress.tsx';

/** More are counted, not listed. */
const LISTED = 200;

/** What a file would bring, before it does. */
export function ImportDialog({ preview }: { readonly preview: ImportPreview }) {
  const { job, problem } = useStore(transferStore);
  const here = preview.chats.filter(({ isHere }) => isHere).length;
  const [again, setAgain] = useState(false);
  const coming = again ? preview.chats.length : preview.chats.length - here;
  return (
    <Dialog
      size="wide"
      title="Import chats"
      icon={<FileInput className="i" aria-hidden="true" />}
      onClose={closeTransfer}
    >
      <p>
        <span className="mono strong">{preview.file}</span>
        <span className="meta">
          {' '}
          · exported {moment(preview.exportedAt)} · {plural(preview.chats.length, 'chat')},{' '}
          {plural(preview.messages, 'row')}
        </span>
      </p>
      {preview.importedAt !== null && (
        <p role="status">This file was imported before, on {moment(preview.importedAt)}.</p>
      )}
      <Coming chats={preview.chats} again={again} />
      {here > 0 && (
        <Checkbox
          label={`Import ${plural(here, 'chat')} again that ${here === 1 ? 'is' : 'are'} here already`}
          checked={again}
          onChange={setAgain}
        />
      )}
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      {job.state === 'running' ? (
        <Progress job={job} />
      ) : (
        <div className="btns">
          <Button
            look="primary"
            data-focus-first
            disabled={coming === 0}
            onClick={() => void importNow(again)}
          >
            {coming === 0 ? 'Nothing is new' : `Import ${plural(coming, 'chat')}`}
          </Button>
          <Button look="quiet" onClick={closeTransfer}>
            Cancel
          </Button>
        </div>
      )}
    </Dialog>
  );
}

interface ComingProps {
  readonly chats: readonly ImportedChat[];
  /** Those that are here come again. */
  readonly again: boolean;
}

/** Scrolled by the keyboard, too. */
function Coming({ chats, again }: ComingProps) {
  return (
    <ul className="set coming" aria-label="Chats in the file" tabIndex={0}>
      {chats.slice(0, LISTED).map((chat, at) => (
        <ComingRow key={at} chat={chat} out={chat.isHere && !again} />
      ))}
      {chats.length > LISTED && (
        <li className="meta">and {plural(chats.length - LISTED, 'more', 'more')}</li>
      )}
    </ul>
  );
}

function ComingRow({ chat, out }: { readonly chat: ImportedChat; readonly out: boolean }) {
  const { title, isAgent, messages, workspace, workspaceHere, model, modelHere, archived, isHere } = chat;
  const facts = [
    plural(messages, 'row'),
    ...(workspace === null ? [] : [workspaceHere ? workspace : `${workspace}, not known here`]),
    ...(model === null ? [] : [modelHere ? model : `${model}, not set up here`]),
    ...(archived ? ['archived'] : []),
  ];
  return (
    <li className={`li ${isAgent ? 'agent' : ''} ${out ? 'out' : ''}`} aria-label={title}>
      <span>
        <b>
          <Escaped text={title} />
        </b>
        <span className="meta">{facts.join(' · ')}</span>
      </span>
      <span className="meta">
        {isHere ? 'here already' : new Date(chat.updatedAt).toLocaleDateString()}
      </span>
    </li>
  );
}
