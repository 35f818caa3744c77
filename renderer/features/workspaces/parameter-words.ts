import { type Template, type TemplateParameter, wantsHost } from '@shared/model/template.ts';
import type { WorkspaceKind, WorkspaceSummary } from '@shared/model/workspace.ts';

export function parameterLabel({ name, display_name }: TemplateParameter): string {
  return display_name ?? name;
}

/** What may be entered, in words. An expression is shown only where nobody has said it in words. */
export function parameterHint({ description = '', required, ...one }: TemplateParameter): string | null {
  const { validation_regex: form, ...bounds } = one;
  const range = rangeWords(description === '' && form !== undefined ? one : bounds);
  const words = [description, required ? 'Required.' : '', range];
  return words.filter((part) => part !== '').join(' ') || null;
}

type Bounds = Pick<TemplateParameter, 'type' | 'min' | 'max' | 'validation_regex'>;

function rangeWords({ type, min, max, validation_regex: regex }: Bounds): string {
  const unit = type === 'string' ? ' characters' : '';
  const range =
    min !== undefined && max !== undefined
      ? `${min} to ${max}${unit}`
      : min !== undefined
        ? `At least ${min}${unit}`
        : max !== undefined
          ? `At most ${max}${unit}`
          : type === 'number'
            ? 'A number'
            : '';
  const words = range === '' ? '' : `${range}.`;
  return regex === undefined ? words : `${words} Has the form ${regex}`.trim();
}

/** "must be at most 8" as a sentence of its own. An expression ends where it ends; words stand above it. */
export function problemSentence(
  problem: string,
  { description = '' }: Pick<TemplateParameter, 'description'>,
): string {
  const form = /^must match (.*)$/s.exec(problem)?.[1];
  if (form !== undefined)
    return description === '' ? `Must have the form ${form}` : 'This is not what is asked for.';
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
}

type Seed = Pick<WorkspaceSummary, 'directory' | 'hostId' | 'branch' | 'state' | 'origin'>;

/** What stands in the form at first: defaults, and for a worktree the repository where the person is. */
export function firstValues(
  { kind, parameters }: Pick<Template, 'kind' | 'parameters'>,
  seed: Seed | null,
): Readonly<Record<string, string>> {
  const repository = seed && kind.endsWith('worktree') ? repositoryOf(kind, seed) : null;
  const known = parameters.some(({ name }) => name === 'repository') ? repository : null;
  return {
    ...Object.fromEntries(
      parameters.flatMap(({ name, default: d }) => (d === undefined ? [] : [[name, d]])),
    ),
    ...(known === null ? {} : { repository: known }),
  };
}

/** A worktree begins from a repository on its own machine. */
function repositoryOf(kind: WorkspaceKind, { directory, hostId, branch, origin }: Seed): string | null {
  if (wantsHost(kind) !== (hostId !== null)) return null;
  if (origin?.repository) return origin.repository.replace(/\/\.git$/, '');
  return branch === null ? null : directory;
}
