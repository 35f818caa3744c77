import type { WorkspaceId } from '@shared/model/ids.ts';
import { type Template, type TemplateParameter, wantsHost } from '@shared/model/template.ts';
import { Layers } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { hostsStore } from '../../state/hosts.ts';
import { useTemplates } from '../../state/templates.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Form as FieldForm } from '../../ui/form.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Connecting } from './connecting.tsx';
import { HostField } from './host-field.tsx';
import { ParameterField } from './parameter-field.tsx';
import { firstValues, problemSentence } from './parameter-words.ts';
import { TemplateChoice } from './template-choice.tsx';
import { useCreation } from './use-creation.ts';

interface CreateWorkspaceProps {
  /** Where the person is. */
  readonly from: WorkspaceId | null;
  readonly onCreated: (id: WorkspaceId) => void;
  readonly onClose: () => void;
}

/** A new workspace from a template. It is there at once, and being made. */
export function CreateWorkspace({ from, onCreated, onClose }: CreateWorkspaceProps) {
  const list = useTemplates();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const templates = list?.templates ?? [];
  const chosen = templates.find(({ template }) => template.id === chosenId) ?? templates[0];
  return (
    <Dialog
      title="New workspace"
      size="wide"
      icon={<Layers className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      {chosen ? (
        <div className="new-place">
          <TemplateChoice
            templates={templates}
            chosen={chosen}
            onChoose={({ template }) => setChosenId(template.id)}
          />
          <Form
            key={chosen.template.id}
            template={chosen.template}
            from={from}
            onCreated={onCreated}
            onClose={onClose}
          />
        </div>
      ) : (
        <p className="meta">{list === null ? 'Loading templates…' : 'There are no templates.'}</p>
      )}
    </Dialog>
  );
}

interface FormProps extends CreateWorkspaceProps {
  readonly template: Template;
}

function Form({ template, from, onCreated, onClose }: FormProps) {
  const form = useEntries(template, from);
  const creation = useCreation(form.wanted, onCreated);
  const { step, problems } = creation;
  const busy = step.state !== 'form';
  const submit = async () => {
    if (!busy) await creation.create(form.wanted);
  };
  const problemOf = (parameter: TemplateParameter) => {
    const found = problems.parameters.find(({ name }) => name === parameter.name);
    return found ? problemSentence(found.problem, parameter) : null;
  };
  return (
    <FieldForm label={template.display_name ?? template.name} onSubmit={submit}>
      {template.description !== undefined && <p className="meta">{template.description}</p>}
      {wantsHost(template.kind) !== false && (
        <HostField
          value={form.wanted.host}
          isOptional={wantsHost(template.kind) === null}
          problem={problems.host}
          disabled={busy}
          onChange={form.setHost}
        />
      )}
      {template.parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          placeholder={parameter.name === 'directory' ? template.directory : undefined}
          value={form.wanted.values[parameter.name] ?? ''}
          problem={problemOf(parameter)}
          disabled={busy}
          onChange={(value) => form.setValue(parameter.name, value)}
        />
      ))}
      <NameField template={template} value={form.wanted.name} disabled={busy} onChange={form.setName} />
      <Problem text={step.state === 'form' ? step.refusal : null} />
      {step.state === 'connecting' && <Connecting target={step.target} />}
      <div className="btns">
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Creating…' : 'Create'}
        </Button>
        <Button look="quiet" className="end" onClick={busy ? creation.cancel : onClose}>
          Cancel
        </Button>
      </div>
    </FieldForm>
  );
}

interface NameFieldProps {
  readonly template: Template;
  readonly value: string;
  readonly disabled: boolean;
  readonly onChange: (name: string) => void;
}

function NameField({ template, value, disabled, onChange }: NameFieldProps) {
  return (
    <Field
      label="Name"
      value={value}
      placeholder={`${template.name}-…`}
      hint="Of the workspace and its directory. Empty: one is made up."
      maxLength={100}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** What is entered; a template with a host of its own begins with that, else with where the person is. */
function useEntries(template: Template, from: WorkspaceId | null) {
  const seed = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === from) ?? null);
  const hosts = useStore(hostsStore, (s) => s.list);
  const [host, setHost] = useState(() => {
    if (template.host !== undefined) return template.host;
    if (seed && seed.hostId !== null) return seed.host;
    return wantsHost(template.kind) === true && hosts?.length === 1 ? (hosts[0]?.target ?? '') : '';
  });
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  // Whether a folder is a repository may be known only a moment later.
  const wanted = useMemo(() => {
    return { template, host, name, values: { ...firstValues(template, seed), ...typed } };
  }, [template, host, name, seed, typed]);
  return {
    wanted,
    setHost,
    setName,
    setValue: (parameter: string, value: string) => setTyped((all) => ({ ...all, [parameter]: value })),
  };
}
