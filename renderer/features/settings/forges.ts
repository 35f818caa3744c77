import type { ForgeKind } from '@shared/model/git.ts';
import type { Choice } from '../../ui/picker.tsx';

export const FORGES: readonly Choice<ForgeKind>[] = [
  { value: 'github', label: 'GitHub' },
  { value: 'gitlab', label: 'GitLab' },
  { value: 'gitea', label: 'Gitea or Forgejo' },
];

export const USUAL_HOSTS: Readonly<Record<ForgeKind, string>> = {
  github: 'github.com',
  gitlab: 'gitlab.com',
  gitea: 'codeberg.org',
};
