import type { ModelConfigId, WorkspaceId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { Folder, Server, Shield, ShieldCheck, ShieldOff } from 'lucide-react';
import { useStore } from 'zustand';
import { asEffort, EFFORTS, type Effort, findModel, modelsStore } from '../../state/models.ts';
import { showSettings } from '../../state/nav.ts';
import { setMode, workspacesStore } from '../../state/workspaces.ts';
import { type Choice, Picker } from '../../ui/picker.tsx';

interface ModelPickerProps {
  readonly value: ModelConfigId | null;
  readonly onPick: (id: ModelConfigId) => void;
  readonly down?: boolean;
  /** It was chosen for the next message. */
  readonly next?: boolean;
}

/** A list that is longer than that is searched. */
const MANY = 12;
const MANAGE = 'manage';

/** Models grouped by account; one that cannot answer says why. */
export function ModelPicker({ value, onPick, down = false, next = false }: ModelPickerProps) {
  const models = useStore(modelsStore, (s) => s.models);
  const shown = (models ?? []).filter((m) => m.settings.enabled || m.id === value);
  const choices: readonly Choice<ModelConfigId | typeof MANAGE>[] = [
    ...shown.map((m) => ({
      value: m.id,
      label: m.name,
      words: m.model,
      group: m.provider,
      note: m.isDefault ? 'default' : undefined,
      disabled: m.unavailable ?? undefined,
    })),
    { value: MANAGE, label: 'Manage models…', apart: true },
  ];
  return (
    <Picker
      label="Model"
      value={value}
      choices={choices}
      onPick={(id) => (id === MANAGE ? showSettings('models') : onPick(id))}
      placeholder={models === null ? '…' : 'Choose a model'}
      searchable={shown.length > MANY}
      {...(next ? { suffix: 'next message' } : {})}
      down={down}
    />
  );
}

interface EffortPickerProps {
  readonly modelId: ModelConfigId | null;
  readonly value: string | null;
  readonly onPick: (effort: Effort | null) => void;
}

/** Nothing for a model without such a setting. */
export function EffortPicker({ modelId, value, onPick }: EffortPickerProps) {
  const efforts = useStore(modelsStore, (s) => findModel(s, modelId)?.efforts ?? NO_EFFORTS);
  if (efforts.length === 0) return null;
  const choices: readonly Choice<Effort | 'auto'>[] = [
    { value: 'auto', label: 'auto' },
    ...EFFORTS.filter((e) => efforts.includes(e)).map((e) => ({ value: e, label: e })),
  ];
  const effort = asEffort(value) ?? 'auto';
  return (
    <Picker
      label="Effort"
      className="effort"
      // "high" says by itself what it is; "auto" does not.
      icon={effort === 'auto' && <span className="wide-only">effort</span>}
      value={effort}
      choices={choices}
      onPick={(e) => onPick(e === 'auto' ? null : e)}
    />
  );
}

const NO_EFFORTS: readonly Effort[] = [];

const MODES: readonly Choice<ApprovalMode>[] = [
  { value: 'ask', label: 'Ask first', note: 'commands and writes ask' },
  { value: 'edit', label: 'Edit freely', note: 'commands ask' },
  { value: 'auto', label: 'Full auto', note: 'nothing asks' },
];

/** What asks least must not look guarded. */
const MODE_ICONS: Readonly<Record<ApprovalMode, typeof Shield>> = {
  ask: ShieldCheck,
  edit: Shield,
  auto: ShieldOff,
};

export function ModePicker({ workspaceId }: { readonly workspaceId: WorkspaceId | null }) {
  const place = useStore(workspacesStore, (s) => s.list?.find((w) => w.id === workspaceId) ?? null);
  if (!place) return null;
  const { id, mode, name } = place;
  const Icon = MODE_ICONS[mode];
  return (
    <Picker
      label="Approval mode"
      className={`mode ${mode}`}
      icon={<Icon className="i s" aria-hidden="true" />}
      value={mode}
      choices={MODES.map((m) => ({ ...m, group: `For all chats in ${name}` }))}
      onPick={(m) => void setMode(id, m)}
    />
  );
}

interface WorkspacePickerProps {
  readonly value: WorkspaceId | null;
  readonly onPick: (id: WorkspaceId) => void;
}

export function WorkspacePicker({ value, onPick }: WorkspacePickerProps) {
  const list = useStore(workspacesStore, (s) => s.list);
  if (!list || list.length === 0) return null;
  const chosen = list.find((w) => w.id === value);
  const Icon = (chosen?.hostId ?? null) === null ? Folder : Server;
  const choices = list.map((w) => ({ value: w.id, label: w.name, note: `${w.host} · ${w.directory}` }));
  return (
    <Picker
      label="Workspace"
      icon={<Icon className="i s" aria-hidden="true" />}
      value={value}
      choices={choices}
      onPick={onPick}
      placeholder="Choose a place"
    />
  );
}
