import type { Template } from '@shared/model/template.ts';
import clone from '../../../resources/templates/clone.yaml?raw';
import container from '../../../resources/templates/container.yaml?raw';
import empty from '../../../resources/templates/empty.yaml?raw';
import sshClone from '../../../resources/templates/ssh-clone.yaml?raw';
import sshEmpty from '../../../resources/templates/ssh-empty.yaml?raw';
import sshWorktree from '../../../resources/templates/ssh-worktree.yaml?raw';
import worktree from '../../../resources/templates/worktree.yaml?raw';
import { parseTemplate } from './parse-template.ts';

export interface BuiltIn {
  readonly template: Template;
  readonly text: string;
}

/** What Gaffer brings; a file of ours that cannot be read is a bug. */
export const builtIns: readonly BuiltIn[] = [
  worktree,
  clone,
  empty,
  sshWorktree,
  sshClone,
  sshEmpty,
  container,
].map((text) => {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(`A built-in template is wrong: ${parsed.error.join(' ')}`);
  return { template: parsed.value, text };
});
