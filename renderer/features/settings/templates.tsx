import type { BrokenTemplate, ListedTemplate } from '@shared/model/template.ts';
import { useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { plural } from '../../lib/format.ts';
import { KIND_WORDS } from '../../lib/kind-words.ts';
import { useTemplates } from '../../state/templates.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { ListRow } from '../../ui/list-row.tsx';
import { RowQuestion } from '../../ui/row-question.tsx';
import { TemplateEditor } from './template-editor.tsx';
import { copyOf, newTemplate } from './template-text.ts';

/** What is in the editor. `was`: the name of the person's file; null for a new one. */
interface Edited {
  readonly was: string | null;
  readonly text: string;
}

/** How workspaces can be made: what Gaffer brings, and what the person wrote. */
export function Templates() {
  const list = useTemplates();
  const [edited, setEdited] = useState<Edited | null>(null);
  const open = async (name: string, asCopy: boolean) => {
    const answer = await call('template.read', { name });
    if (!answer.ok) return toast(answer.error.message);
    const { text } = answer.value;
    const taken = list?.templates.map(({ template }) => template.name) ?? [];
    setEdited(asCopy ? { was: null, text: copyOf(text, taken) } : { was: name, text });
  };
  if (list === null) return null;
  return (
    <>
      <ul className="set" aria-label="Templates">
        {list.broken.map((one) => (
          <BrokenRow key={one.name} broken={one} onEdit={() => void open(one.name, false)} />
        ))}
        {list.templates.map((one) => (
          <TemplateRow
            key={one.template.id}
            listed={one}
            onEdit={() => void open(one.template.name, false)}
            onCopy={() => void open(one.template.name, true)}
          />
        ))}
      </ul>
      <div className="btns">
        <Button onClick={() => setEdited({ was: null, text: newTemplate() })}>New template</Button>
      </div>
      {edited && <TemplateEditor was={edited.was} first={edited.text} onClose={() => setEdited(null)} />}
    </>
  );
}

interface TemplateRowProps {
  readonly listed: ListedTemplate;
  readonly onEdit: () => void;
  readonly onCopy: () => void;
}

function TemplateRow({ listed, onEdit, onCopy }: TemplateRowProps) {
  const { template, source, activeWorkspaces } = listed;
  const name = template.display_name ?? template.name;
  const facts = [
    source === 'user' ? 'yours' : 'built in',
    KIND_WORDS[template.kind],
    ...(activeWorkspaces > 0 ? [plural(activeWorkspaces, 'workspace')] : []),
  ];
  return (
    <Row name={name} file={template.name} onEdit={source === 'user' ? onEdit : null} onCopy={onCopy}>
      {template.description !== undefined && <span className="meta">{template.description}</span>}
      <span className="faint">{facts.join(' · ')}</span>
    </Row>
  );
}

function BrokenRow({ broken, onEdit }: { readonly broken: BrokenTemplate; readonly onEdit: () => void }) {
  return (
    <Row name={broken.name} file={broken.name} onEdit={onEdit} onCopy={null}>
      <span className="err">This file is no template yet:</span>
      <ul className="problems" aria-label={`Problems of ${broken.name}`}>
        {broken.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Row>
  );
}

interface RowProps {
  readonly name: string;
  readonly file: string;
  /** Null: it is ours, and is not changed. */
  readonly onEdit: (() => void) | null;
  readonly onCopy: (() => void) | null;
  readonly children: React.ReactNode;
}

function Row({ name, file, onEdit, onCopy, children }: RowProps) {
  const [deleting, setDeleting] = useState(false);
  const remove = async () => {
    const answer = await call('template.remove', { name: file });
    if (!answer.ok) toast(answer.error.message);
  };
  return (
    <ListRow
      label={name}
      name={name}
      facts={children}
      actions={
        <>
          {onEdit && <Button onClick={onEdit}>Edit</Button>}
          {onCopy && (
            <Button look={onEdit ? 'quiet' : 'plain'} onClick={onCopy}>
              Copy to edit
            </Button>
          )}
          {onEdit && (
            <Button look="quiet" aria-expanded={deleting} onClick={() => setDeleting(!deleting)}>
              Delete…
            </Button>
          )}
        </>
      }
    >
      {deleting && (
        <RowQuestion
          label={`Delete ${name}?`}
          act="Delete"
          onAct={() => void remove()}
          onKeep={() => setDeleting(false)}
        >
          Its file is deleted. Workspaces that were made from it stay, with its scripts as they were then.
        </RowQuestion>
      )}
    </ListRow>
  );
}
