import type { TemplateId } from './ids.ts';
import type { WorkspaceKind } from './workspace.ts';

export type ParameterType = 'string' | 'number' | 'bool' | 'choice';

export interface ParameterOption {
  readonly name: string;
  readonly value: string;
  readonly description?: string;
}

/** What a template asks for. Values are text, whatever the type: scripts get them as environment variables. */
export interface TemplateParameter {
  /** Lower case with underscores; `base_branch` reaches scripts as `GAFFER_PARAM_BASE_BRANCH`. */
  readonly name: string;
  readonly type: ParameterType;
  readonly required: boolean;
  readonly display_name?: string;
  readonly description?: string;
  readonly default?: string;
  /** What a `choice` may be. */
  readonly options?: readonly ParameterOption[];
  /** A JavaScript regular expression that the whole value of a `string` must match. */
  readonly validation_regex?: string;
  /** Of a `number`; of the length of a `string`. */
  readonly min?: number;
  readonly max?: number;
}

export type ScriptName = 'provision' | 'start' | 'stop' | 'remove';

/** How workspaces are made: data, not code (WORKSPACES, Workspace kinds). Scripts are text for `/bin/sh`. */
export interface Template {
  readonly id: TemplateId;
  /** Lower case, digits and dashes; unique. */
  readonly name: string;
  readonly display_name?: string;
  readonly description?: string;
  /** A name of an icon; the window takes its own when it does not know it. */
  readonly icon?: string;
  readonly kind: WorkspaceKind;
  /** Of a template for hosts: the one it is meant for, as the person writes it. The person may choose another one. */
  readonly host?: string;
  readonly parameters: readonly TemplateParameter[];
  /** What is needed beside the directory, which Gaffer makes before. */
  readonly provision?: string;
  readonly start?: string;
  readonly stop?: string;
  /** Before Gaffer deletes the directory. */
  readonly remove?: string;
  /** Where its workspaces lie: absolute or below `~/`; `{name}` stands for the workspace's name. */
  readonly directory: string;
}

/** Why a value cannot be taken: the end of a sentence that begins with the parameter. */
export interface ParameterProblem {
  readonly name: string;
  readonly problem: string;
}

/** A template as it is offered. */
export interface ListedTemplate {
  readonly template: Template;
  readonly source: 'built-in' | 'user';
  /** Workspaces that live and were made from it. */
  readonly activeWorkspaces: number;
  /** Distinct owners of these. */
  readonly activeDevelopers: number;
}

/** A file of the person's that is no template, and why not: one sentence each, naming the field. */
export interface BrokenTemplate {
  /** Of the file, without `.yaml`. */
  readonly name: string;
  readonly problems: readonly string[];
}

export interface TemplateList {
  /** Most used first, then by name. */
  readonly templates: readonly ListedTemplate[];
  readonly broken: readonly BrokenTemplate[];
}

/** Whether workspaces of this kind live on an SSH host; null: either. */
export function wantsHost(kind: WorkspaceKind): boolean | null {
  return kind === 'container' ? null : kind.startsWith('ssh');
}
