import path from 'node:path';
import type { Hello, StartProcessRequest } from '@shared/agent-protocol/index.ts';
import type { ScriptName } from '@shared/model/template.ts';
import type { Making, WorkspaceRecord } from '../records.ts';
import { FOUND, FUNCTIONS, INSPECT, PROVISION, REMOVE, START_OR_STOP } from './scripts.ts';

/** The machine as its agent describes itself. */
export type Machine = Pick<Hello, 'home' | 'root'>;

/** A workspace that was made from a template. */
export interface MadeWorkspace extends Omit<WorkspaceRecord, 'making'> {
  readonly making: Making;
}

/** `remove` after a provisioning that did not work: nobody has worked there yet. */
export type ScriptKind = ScriptName | 'cleanup';

const TEXTS: Readonly<Record<ScriptKind, string>> = {
  provision: PROVISION,
  start: START_OR_STOP,
  stop: START_OR_STOP,
  remove: REMOVE,
  cleanup: REMOVE,
};

/**
 * The process that runs one script of a workspace. It depends on the record alone, so that a repeat with the same key is
 * the same request. `workspace.directory` is absolute.
 */
export function scriptRequest(
  kind: ScriptKind,
  workspace: MadeWorkspace,
  machine: Machine,
): StartProcessRequest {
  const { template, force } = workspace.making;
  const script = template[kind === 'cleanup' ? 'remove' : kind];
  return {
    command: TEXTS[kind],
    workdir: machine.home,
    env: {
      ...baseEnv(workspace, machine),
      ...parameterEnv(workspace.making),
      GAFFER_SCRIPT: script === undefined ? '' : `${FUNCTIONS}${script}`,
      GAFFER_RECORD: recordText(workspace),
      GAFFER_RECORD_DIRECTORY: directoryInRecord(workspace.directory),
      GAFFER_FORCE: kind === 'cleanup' || (kind === 'remove' && force) ? 'yes' : '',
      GAFFER_CLEANUP: kind === 'cleanup' ? 'yes' : '',
      GAFFER_WORKTREE: workspace.kind.endsWith('worktree') ? 'yes' : '',
      GAFFER_REPOSITORY: workspace.making.facts.repository ?? '',
    },
  };
}

/** Looks at what would be lost; nothing is changed. */
export function inspectRequest(workspace: MadeWorkspace, machine: Machine): StartProcessRequest {
  return { command: INSPECT, workdir: machine.home, env: baseEnv(workspace, machine) };
}

export function foundRequest(machine: Machine): StartProcessRequest {
  return {
    command: FOUND,
    workdir: machine.home,
    env: { ...QUIET_GIT, GAFFER_RECORDS: recordsOf(machine) },
  };
}

/** Where a template's workspace lies: what the person gave, or the template's pattern. May begin with `~/`. */
export function directoryFor(
  pattern: string,
  name: string,
  parameters: Readonly<Record<string, string>>,
): string {
  return (parameters['directory'] ?? pattern).replaceAll('{name}', () => name).replace(/(?<=.)\/+$/, '');
}

/** Absolute on that machine. */
export function resolveDirectory(directory: string, { home }: Machine): string {
  return path.posix.normalize(directory.replace(/^~(?=\/)/, () => home));
}

/** What stands on the machine about a workspace that Gaffer made: enough to know it again without a database. */
export interface MachineRecord {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  readonly kind: WorkspaceRecord['kind'];
  readonly directory: string;
  readonly created_at: string;
  readonly template: Making['template'];
  readonly parameters: Making['parameters'];
}

function recordText({ id, name, kind, directory, making }: MadeWorkspace): string {
  const { template, parameters, createdAt } = making;
  const record: MachineRecord = {
    version: 1,
    id,
    name,
    kind,
    directory,
    created_at: createdAt,
    template,
    parameters,
  };
  return JSON.stringify(record);
}

function directoryInRecord(directory: string): string {
  return `"directory":${JSON.stringify(directory)},`;
}

function recordsOf({ root }: Machine): string {
  return `${root}/workspaces`;
}

/** Nobody sits there to type, and no transport that starts programs. */
const QUIET_GIT = {
  GIT_ALLOW_PROTOCOL: 'file:https:ssh',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C.UTF-8',
};

function baseEnv({ id, name, directory, host }: MadeWorkspace, machine: Machine) {
  const records = recordsOf(machine);
  return {
    ...QUIET_GIT,
    GAFFER_WORKSPACE_ID: id,
    GAFFER_WORKSPACE_NAME: name,
    GAFFER_DIRECTORY: directory,
    GAFFER_HOST: host?.target ?? '',
    GAFFER_RECORDS: records,
    GAFFER_FACTS: `${records}/${id}.facts`,
  };
}

/** All of the template's, empty where there is no value: scripts may use any. */
function parameterEnv({ template, parameters }: Making): Readonly<Record<string, string>> {
  return Object.fromEntries(
    template.parameters.map(({ name }) => [`GAFFER_PARAM_${name.toUpperCase()}`, parameters[name] ?? '']),
  );
}
