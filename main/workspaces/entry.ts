import path from 'node:path';
import type {
  ApprovalMode,
  WorkspaceAction,
  WorkspaceOrigin,
  WorkspaceState,
  WorkspaceSummary,
  WorkspaceTrust,
} from '@shared/model/workspace.ts';
import { WorkspaceProblem } from './connection.ts';
import type { Place } from './place.ts';
import type { Making, WorkspaceRecord } from './records.ts';
import type { Trustee } from './trust.ts';

/** A workspace of the list: its record, where it lies, and what is only known in this run. */
export interface Entry {
  readonly record: WorkspaceRecord;
  readonly place: Place;
  /** Where its scripts run: outside of a container. */
  readonly machine: Place;
  readonly branch: string | null;
  /** Given on the command line, for this run; ends when the person switches. */
  readonly override: ApprovalMode | null;
}

export function modeOf({ record, override }: Entry): ApprovalMode {
  return override ?? record.mode;
}

/** Whose trust is asked about: what the command line lets do more than ask is trusted for this run. */
export function trusteeOf({ record, override }: Entry): Trustee {
  return { id: record.id, trust: record.trust, isGivenFreely: override !== null && override !== 'ask' };
}

export function summaryOf(entry: Entry, trust: WorkspaceTrust): WorkspaceSummary {
  const { record, place, branch } = entry;
  const { making } = record;
  return {
    id: record.id,
    kind: record.kind,
    name: record.name,
    directory: record.directory,
    host: place.name,
    hostId: record.host?.id ?? null,
    mode: modeOf(entry),
    trust,
    link: place.state(),
    branch,
    state: stateOf(entry),
    script: making?.script ?? null,
    error: making?.error ?? null,
    templateId: making?.template.id ?? null,
    made: making !== null,
    origin: making && originOf(making),
    actions: actionsOf(making),
  };
}

function originOf({ template, parameters, facts, createdAt, createKey }: Making): WorkspaceOrigin {
  const { repository, base: baseCommit, branch } = facts;
  return {
    template: template.display_name ?? template.name,
    by: createKey === null ? 'person' : 'agent',
    repository,
    branch,
    base: parameters['base'] ?? null,
    baseCommit,
    createdAt,
  };
}

/** The last name of a directory; the root is its own. */
export function nameOf(directory: string): string {
  return path.basename(directory) || directory;
}

/** Its directory is there to be worked in. */
export function isUsable({ record: { making } }: Entry): boolean {
  return making === null || making.state === 'running';
}

/** Throws WorkspaceProblem: there is nothing to work with. */
export function requireUsable({ record: { making } }: Entry): void {
  if (!making) return;
  switch (making.state) {
    case 'running':
      return;
    case 'provisioning':
      throw new WorkspaceProblem('not-ready', 'the workspace is still being made: wait for it');
    case 'stopped':
      throw new WorkspaceProblem('stopped', 'the workspace is stopped; use start_workspace first');
    case 'failed':
      throw new WorkspaceProblem(
        'not-ready',
        'the workspace could not be made; use create_workspace to make another one',
      );
    case 'removed':
      throw new WorkspaceProblem(
        'deleted',
        'the directory of the workspace is gone; use create_workspace to make another one',
      );
  }
}

function stateOf({ record: { making }, place }: Entry): WorkspaceState {
  const stored = making?.state ?? 'running';
  return stored === 'running' && place.state().state === 'down' ? 'unreachable' : stored;
}

function actionsOf(making: Making | null): readonly WorkspaceAction[] {
  if (!making) return ['remove'];
  if (making.script === 'provision') return ['cancel'];
  if (making.script !== null) return [];
  const { template, state } = making;
  const isMade = making.runs.some((run) => run.script === 'start');
  const can: (WorkspaceAction | null)[] = [
    state === 'failed' && !isMade ? 'retry' : null,
    state === 'stopped' || (state === 'failed' && isMade) ? 'start' : null,
    state === 'running' && (template.stop !== undefined || template.kind === 'container') ? 'stop' : null,
    'remove',
  ];
  return can.filter((action) => action !== null);
}
