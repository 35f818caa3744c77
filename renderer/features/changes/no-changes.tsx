import type { Changes, ChangesBase } from '@shared/contract/changes.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import type { ReactNode } from 'react';
import type { ChangesSession } from '../../state/changes.ts';
import { chooseTab } from '../../state/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';

interface NoChangesProps {
  readonly session: ChangesSession;
  readonly place: WorkspaceSummary;
  readonly changes: Changes | null;
  readonly base: ChangesBase;
}

/** Why there is nothing to show, and the one thing to do about it. */
export function NoChanges({ session, place, changes, base }: NoChangesProps) {
  const terminal = <Button onClick={() => chooseTab('terminal')}>Open Terminal</Button>;
  const lastCommit = (
    <Button onClick={() => session.setBase({ kind: 'head' })}>Compare with the last commit</Button>
  );
  const say = (text: string, action?: ReactNode) => <Empty text={text}>{action}</Empty>;
  if (changes === null) return say('');
  switch (changes.kind) {
    case 'none':
      return say('No git repository', terminal);
    case 'bare':
      return say('A bare repository, without files', terminal);
    case 'unsafe':
      return say('The repository belongs to somebody else, so git does not open it', terminal);
    case 'no-git':
      return say(`No git on ${place.host}`, terminal);
    case 'unknown-base':
      return say(unknown(base), lastCommit);
    case 'failed':
      return say(changes.message, <Button onClick={() => session.setBase(base)}>Try again</Button>);
    case 'changes':
      if (base.kind !== 'head') return say('No changes', lastCommit);
      return say(
        'No uncommitted changes',
        <Button onClick={() => session.setBase({ kind: 'branch-point' })}>
          Compare with the branch point
        </Button>,
      );
  }
}

function unknown(base: ChangesBase): string {
  if (base.kind === 'named') return `No commit or branch is called “${base.name}”`;
  return base.kind === 'head' ? 'No commit yet' : 'No default branch: neither origin/HEAD, main nor master';
}
